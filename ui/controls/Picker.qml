import QtQuick
import QtQuick.Templates as T
import Soliloquy

// One of many alternatives, in a list that opens below. Keys move in it, letters jump to the next that begins with them.
PressButton {
    id: control
    property var options: []   // [{ value, text, note }]
    property var value
    property string title
    signal chosen(var value)
    readonly property int index: options.findIndex(option => option.value === value)

    name: title + ": " + shown.text
    implicitWidth: 220
    implicitHeight: Theme.row
    leftPadding: 10
    rightPadding: 8
    onClicked: list.visible ? list.close() : list.open()
    Keys.onDownPressed: list.open()
    background: Rectangle {
        radius: Theme.radius
        color: control.hovered ? Theme.raisedHover : Theme.raised
        border.width: 1
        border.color: Theme.line
    }
    contentItem: Item {
        Words {
            id: shown
            width: parent.width - 20
            height: parent.height
            elide: Text.ElideRight
            text: control.index >= 0 ? control.options[control.index].text : ""
            Accessible.ignored: true
        }
        Icon {
            anchors.right: parent.right
            anchors.verticalCenter: parent.verticalCenter
            name: "chevron-down"
            size: 16
        }
    }
    T.Popup {
        id: list
        y: control.height + 4
        x: control.width - width
        width: Math.max(control.width, 300)
        height: Math.min(view.contentHeight, 320) + 12
        padding: 6
        margins: 8
        focus: true
        closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutside
        onOpened: { view.currentIndex = Math.max(0, control.index); view.positionViewAtIndex(view.currentIndex, ListView.Center); view.forceActiveFocus() }
        onClosed: control.forceActiveFocus()
        background: Rectangle {
            radius: 8
            color: Theme.raised
            border.width: 1
            border.color: Theme.line
            Shadow { z: -1; radius: 8 }
        }
        contentItem: ListView {
            id: view
            clip: true
            model: control.options
            boundsBehavior: Flickable.StopAtBounds
            highlightMoveDuration: 0
            T.ScrollBar.vertical: ThinScrollBar {}
            Accessible.role: Accessible.List
            Accessible.name: control.title
            function take(index) { control.chosen(control.options[index].value); list.close() }
            Keys.onReturnPressed: take(currentIndex)
            Keys.onEnterPressed: take(currentIndex)
            Keys.onSpacePressed: take(currentIndex)
            Keys.onPressed: event => {
                if (event.text === "" || event.text === " ") return
                const letter = event.text.toLowerCase()
                for (let step = 1; step <= count; ++step) {
                    const at = (currentIndex + step) % count
                    if (!control.options[at].text.toLowerCase().startsWith(letter)) continue
                    currentIndex = at
                    event.accepted = true
                    return
                }
            }
            delegate: MenuRow {
                required property var modelData
                required property int index
                width: ListView.view.width
                text: modelData.text
                note: modelData.note
                taken: modelData.value === control.value
                highlighted: ListView.isCurrentItem || hovered
                onClicked: view.take(index)
            }
        }
    }
}
