import QtQuick
import Soliloquy

// A few alternatives beside each other, one of them taken.
Rectangle {
    id: control
    property var options: []   // [{ value, text }]
    property var value
    property string name
    signal chosen(var value)

    implicitHeight: Theme.row
    implicitWidth: row.implicitWidth + 4
    radius: Theme.radius
    color: Theme.field
    Accessible.role: Accessible.Grouping
    Accessible.name: control.name
    Row {
        id: row
        x: 2
        y: 2
        Repeater {
            model: control.options
            PressButton {
                id: option
                required property var modelData
                readonly property bool taken: control.value === modelData.value
                text: modelData.text
                name: control.name + ": " + modelData.text
                height: control.height - 4
                leftPadding: 12
                rightPadding: 12
                checked: taken
                Accessible.role: Accessible.RadioButton
                Accessible.checked: taken
                onClicked: control.chosen(modelData.value)
                background: Rectangle {
                    radius: Theme.radius - 1
                    color: option.taken ? Theme.raised : "transparent"
                    border.width: option.taken ? 1 : 0
                    border.color: Theme.line
                }
                contentItem: Words {
                    text: option.text
                    color: option.taken ? Theme.text : Theme.muted
                    horizontalAlignment: Text.AlignHCenter
                }
            }
        }
    }
}
