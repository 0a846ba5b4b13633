import QtQuick
import QtQuick.Window
import QtQuick.Templates as T
import Soliloquy

// A page that floats above the window: settings, help, a question. Esc closes it.
T.Popup {
    id: control
    property string title
    default property alias content: column.data
    property alias buttons: buttonRow.data
    property int widest: 560

    parent: T.Overlay.overlay
    modal: true
    focus: true
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutside
    x: Math.round(((parent ? parent.width : 0) - width) / 2)
    y: Math.round(((parent ? parent.height : 0) - height) / 2)
    width: Math.min(widest, (parent ? parent.width : 600) - 32)
    height: Math.min((parent ? parent.height : 600) - 32, 56 + column.implicitHeight + 24 + (buttonRow.children.length > 0 ? 56 : 0))
    padding: 0
    T.Overlay.modal: Rectangle { color: Theme.shade }
    enter: Transition { NumberAnimation { property: "opacity"; from: 0; to: 1; duration: Theme.quick; easing.type: Easing.OutCubic } }
    exit: Transition { NumberAnimation { property: "opacity"; from: 1; to: 0; duration: Theme.quick } }

    background: Rectangle {
        radius: Theme.radiusLarge
        color: Theme.window
        border.width: 1
        border.color: Theme.line
        Shadow { z: -1 }
    }
    contentItem: FocusScope {
        Accessible.role: Accessible.Dialog
        Accessible.name: control.title
        Words {
            id: heading
            x: 24
            width: parent.width - 80
            height: 56
            text: control.title
            font.pixelSize: Theme.size16
            font.weight: Font.DemiBold
            elide: Text.ElideRight
            Accessible.role: Accessible.Heading
        }
        IconButton {
            anchors.right: parent.right
            anchors.rightMargin: 16
            y: 14
            icon_: "close"
            name: qsTr("Close")
            onClicked: control.close()
        }
        Flickable {
            id: scroll
            y: 56
            width: parent.width
            height: parent.height - 56 - (buttonRow.children.length > 0 ? 56 : 0)
            contentWidth: width
            contentHeight: column.implicitHeight + 24
            clip: true
            focus: true
            boundsBehavior: Flickable.StopAtBounds
            T.ScrollBar.vertical: ThinScrollBar {}
            // What the keyboard is on is in sight.
            readonly property Item focused: Window.activeFocusItem
            onFocusedChanged: {
                let item = focused
                while (item && item !== column) item = item.parent
                if (!item || focused.height > height) return
                const top = focused.mapToItem(column, 0, 0).y
                if (top - 24 < contentY) contentY = Math.max(0, top - 24)
                else if (top + focused.height + 24 > contentY + height) contentY = Math.min(Math.max(0, contentHeight - height), top + focused.height + 24 - height)
            }
            Keys.onDownPressed: contentY = Math.min(contentY + 48, Math.max(0, contentHeight - height))
            Keys.onUpPressed: contentY = Math.max(0, contentY - 48)
            Column {
                id: column
                x: 24
                width: scroll.width - 48
                spacing: 8
            }
        }
        Row {
            id: buttonRow
            anchors.right: parent.right
            anchors.rightMargin: 24
            anchors.bottom: parent.bottom
            anchors.bottomMargin: 20
            spacing: 8
        }
    }
}
