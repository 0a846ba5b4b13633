import QtQuick
import QtQuick.Templates as T
import Soliloquy

// One conversation: its title, or the field that renames it.
Rectangle {
    id: row
    required property int index
    required property var conversation
    required property string title
    required property bool pinned
    required property bool writing
    property bool present: false
    property bool marked: false
    property bool editing: false
    signal opened()
    signal renameWanted()
    signal renamed(string title)
    signal renameLeft()
    signal pinWanted()
    signal removeWanted()
    function open() { row.opened() }

    height: Theme.row
    radius: Theme.radius
    color: present ? Theme.accentTint : hover.hovered || menu.visible ? Theme.hover : "transparent"
    border.width: marked ? 2 : 0
    border.color: Theme.accent
    Accessible.role: Accessible.ListItem
    Accessible.name: row.title
    Accessible.selected: row.present
    Accessible.focusable: true
    Accessible.onPressAction: row.opened()

    HoverHandler { id: hover }
    TapHandler {
        enabled: !row.editing
        onTapped: row.opened()
        onDoubleTapped: row.renameWanted()
    }
    TapHandler {
        acceptedButtons: Qt.RightButton
        onTapped: menu.popup()
    }
    Words {
        x: 8
        width: parent.width - 16 - (more.visible ? 28 : dot.visible ? 14 : 0)
        height: parent.height
        visible: !row.editing
        text: row.title
        elide: Text.ElideRight
        Accessible.ignored: true
    }
    Rectangle {
        id: dot
        anchors.right: parent.right
        anchors.rightMargin: 10
        anchors.verticalCenter: parent.verticalCenter
        width: 6
        height: 6
        radius: 3
        visible: row.writing && !more.visible
        color: Theme.accent
        Accessible.name: qsTr("is being written")
        Accessible.ignored: !visible
        Accessible.role: Accessible.Indicator
    }
    IconButton {
        id: more
        anchors.right: parent.right
        anchors.rightMargin: 2
        anchors.verticalCenter: parent.verticalCenter
        visible: !row.editing && (hover.hovered || menu.visible || activeFocus)
        focusPolicy: Qt.NoFocus
        icon_: "dots"
        name: qsTr("More about %1").arg(row.title)
        hint: ""
        onClicked: menu.popup(more, 0, more.height + 2)
    }
    MenuPopup {
        id: menu
        MenuRow { text: qsTr("Rename"); key: "F2"; icon_: "pencil"; onTriggered: row.renameWanted() }
        MenuRow { text: row.pinned ? qsTr("Unpin") : qsTr("Pin"); icon_: "pin"; onTriggered: row.pinWanted() }
        MenuRow { text: qsTr("Delete"); key: "Del"; icon_: "trash"; danger: true; onTriggered: row.removeWanted() }
    }
    Loader {
        anchors.fill: parent
        active: row.editing
        sourceComponent: TextBox {
            name: qsTr("Title")
            text: row.title
            leftPadding: 7
            Component.onCompleted: { forceActiveFocus(); selectAll() }
            Keys.onReturnPressed: row.renamed(text)
            Keys.onEnterPressed: row.renamed(text)
            Keys.onEscapePressed: row.renameLeft()
            onActiveFocusChanged: if (!activeFocus) row.renameLeft()
        }
    }
}
