import QtQuick
import Soliloquy

// A question, on the right. A very long one shows its beginning first.
PartFrame {
    id: part
    required property var message
    required property string text
    required property string html
    required property int sibling
    required property int siblings
    required gap
    property bool whole: false
    readonly property bool long_: text.length > 6000

    Rectangle {
        id: bubble
        anchors.right: parent.right
        width: Math.min(Math.ceil(measure_.implicitWidth) + 32, Math.floor(part.measure * 0.8))
        height: words.height + 18 + (more.visible ? more.height + 4 : 0)
        radius: Theme.radiusLarge
        color: Theme.bubble
        Text {
            id: measure_
            visible: false
            textFormat: Text.PlainText
            text: part.text.substring(0, 400)
            font: words.font
        }
        RichTextView {
            id: words
            x: 16
            y: 9
            width: parent.width - 32
            height: part.long_ && !part.whole ? 240 : implicitHeight
            clip: part.long_ && !part.whole
            text: part.html
            lineHeight: Math.round(24 * Theme.scale)
            name: qsTr("Question")
            plain: part.text
        }
        TextButton {
            id: more
            x: 6
            anchors.top: words.bottom
            visible: part.long_
            bare: true
            text: part.whole ? qsTr("Show less") : qsTr("Show all %1 letters").arg(part.text.length.toLocaleString(Qt.locale(), "f", 0))
            onClicked: part.whole = !part.whole
        }
    }
    BranchSwitch {
        anchors.right: parent.right
        y: visible ? bubble.height + 4 : 0
        visible: part.siblings > 1
        height: visible ? 24 : 0
        sibling: part.sibling
        siblings: part.siblings
        onPicked: index => part.list.chat.switchBranch(part.message, index)
    }
}
