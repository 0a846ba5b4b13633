import QtQuick
import Soliloquy

// A short note at the foot of the window, with at most one thing to do.
Rectangle {
    id: toast
    property string text
    property string action
    property bool shown: false
    signal acted()

    width: row.implicitWidth + 28
    height: 40
    radius: 8
    color: Theme.dark ? "#ECE9E3" : "#2B2A27"
    opacity: shown ? 1 : 0
    visible: opacity > 0
    Behavior on opacity { NumberAnimation { duration: Theme.quick } }
    Accessible.role: Accessible.Notification
    Accessible.name: toast.text
    Accessible.ignored: !toast.visible
    Row {
        id: row
        x: 14
        height: parent.height
        spacing: 16
        Words {
            height: parent.height
            width: Math.min(implicitWidth, 320)
            text: toast.text
            elide: Text.ElideRight
            color: Theme.dark ? "#171614" : "#FCFBF9"
        }
        PressButton {
            id: button
            height: parent.height
            visible: toast.action !== ""
            text: toast.action
            onClicked: toast.acted()
            contentItem: Words {
                text: button.text
                font.weight: Font.DemiBold
                font.underline: button.hovered
                color: Theme.dark ? "#3B5BDB" : "#A9B8FC"
            }
        }
    }
}
