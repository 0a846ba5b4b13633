import QtQuick
import Soliloquy

// A question, on the right, or a piece of one. One of several pieces shows its beginning first.
PartFrame {
    id: part
    required property int index
    required property var message
    required property string text
    required property string html
    required property int sibling
    required property int siblings
    required property bool continues  // from the piece above
    required property bool continued  // in the piece below
    required property bool expanded
    required property var letters
    required gap
    readonly property bool long_: continues || continued
    readonly property bool folded: continued && !expanded
    readonly property bool ends: folded || !continued  // the last row of the question

    Item {
        id: bubble
        anchors.right: parent.right
        width: part.long_ ? Math.floor(part.measure * 0.8) : Math.min(Math.ceil(measure_.implicitWidth) + 32, Math.floor(part.measure * 0.8))
        height: words.y + words.height + (part.ends ? 9 : 0) + (more.visible ? more.height + 4 : 0)
        clip: part.long_
        Rectangle {
            width: parent.width
            y: part.continues ? -Theme.radiusLarge : 0
            height: parent.height - y + (part.ends ? 0 : Theme.radiusLarge)
            radius: Theme.radiusLarge
            color: Theme.bubble
        }
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
            y: part.continues ? 0 : 9
            width: parent.width - 32
            height: part.folded ? Math.min(240, implicitHeight) : implicitHeight
            clip: part.folded
            text: part.html
            lineHeight: Math.round(24 * Theme.scale)
            name: qsTr("Question")
            plain: part.text
        }
        Row {
            id: more
            x: 6
            anchors.top: words.bottom
            anchors.topMargin: 2
            visible: part.long_ && part.ends
            TextButton {
                bare: true
                text: part.expanded ? qsTr("Show less") : qsTr("Show all %1 letters").arg(Number(part.letters).toLocaleString(Qt.locale(), "f", 0))
                onClicked: {
                    const list = part.list, message = part.message
                    const whole = !part.expanded
                    list.following = false
                    list.chat.parts.setWhole(part.index, whole)
                    if (!whole) list.showMessage(message)
                }
            }
            TextButton {
                bare: true
                icon_: "copy"
                text: qsTr("Copy")
                onClicked: part.list.chat.copyText(part.list.chat.parts.questionAt(part.index))
            }
        }
    }
    BranchSwitch {
        anchors.right: parent.right
        y: visible ? bubble.height + 4 : 0
        visible: part.siblings > 1 && part.ends
        height: visible ? 24 : 0
        sibling: part.sibling
        siblings: part.siblings
        onPicked: index => part.list.chat.switchBranch(part.message, index)
    }
}
