import QtQuick
import Soliloquy

// A short note at the foot of the window, with at most one thing to do.
Rectangle {
    id: toast
    property string text
    property string action
    property bool shown: false
    property int widest: Math.min(480, (parent ? parent.width : 480) - 32)
    signal acted()

    width: row.implicitWidth + 28
    height: Math.max(40, words.implicitHeight + 20)
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
            id: words
            height: parent.height
            width: Math.min(implicitWidth, toast.widest - 28 - (button.visible ? button.implicitWidth + 16 : 0))
            text: toast.text
            wrapMode: Text.Wrap
            maximumLineCount: 4
            lineHeight: 1.2
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
