import QtQuick
import Soliloquy

// Something ended before its time: what happened, and how to go on.
PartFrame {
    id: part
    required property var message
    required property string text
    required property bool canContinue
    required property bool canAnswer
    required gap

    Rectangle {
        width: part.measure
        height: flow.implicitHeight + 12
        radius: Theme.radius
        color: Theme.amberTint
        Accessible.role: Accessible.Note
        Accessible.name: part.text
        Flow {
            id: flow
            x: 12
            y: 6
            width: parent.width - 18
            spacing: 6
            Words {
                width: Math.min(implicitWidth, flow.width) + Math.max(0, flow.width - implicitWidth - buttons.width - 12 > 0 ? flow.width - implicitWidth - buttons.width - 12 : 0)
                height: Math.max(26, implicitHeight)
                text: part.text
                wrapMode: Text.Wrap
                color: Theme.amber
            }
            Row {
                id: buttons
                spacing: 4
                TextButton {
                    visible: part.canAnswer
                    enabled: !part.list.chat.busy
                    text: qsTr("Answer from here")
                    onClicked: part.list.chat.answerFromHere(part.message)
                }
                TextButton {
                    visible: part.canContinue
                    enabled: !part.list.chat.busy
                    text: qsTr("Continue")
                    onClicked: part.list.chat.goOn(part.message)
                }
            }
        }
    }
}
