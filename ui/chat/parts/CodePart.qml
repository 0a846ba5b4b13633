import QtQuick
import QtQuick.Templates as T
import Soliloquy

// A chunk of code: the first one carries the language and the copy button. Long lines scroll sideways.
PartFrame {
    id: part
    required property var message
    required property int index
    required property string text
    required property string html
    required property string language
    required property bool continues
    required property bool continued
    required property bool writing
    required property int indent
    required gap
    readonly property int inset: indent * 24

    Item {
        x: part.inset
        width: part.measure - part.inset
        height: body.y + body.height
        clip: true
        Rectangle {
            y: part.continues ? -20 : 0
            width: parent.width
            height: parent.height + (part.continues ? 20 : 0) + (part.continued ? 20 : 0)
            radius: 8
            color: Theme.code
            border.width: 1
            border.color: Theme.line
        }
        Item {
            id: head
            width: parent.width
            height: part.continues ? 0 : 32
            visible: !part.continues
            Words {
                x: 12
                height: 32
                text: part.language === "" ? qsTr("code") : part.language
                font.pixelSize: Theme.size12
                color: Theme.muted
            }
            IconButton {
                anchors.right: parent.right
                anchors.rightMargin: 6
                y: 2
                icon_: "copy"
                name: qsTr("Copy the code")
                onClicked: part.list.chat.copyText(part.list.model.codeAt(part.index))
            }
            Rectangle {
                anchors.bottom: parent.bottom
                width: parent.width
                height: 1
                color: Theme.line
            }
        }
        Flickable {
            id: body
            y: head.height
            width: parent.width
            height: code.implicitHeight + (part.continues ? 0 : 10) + (part.continued ? 0 : 12)
            contentWidth: code.implicitWidth + 24
            contentHeight: height
            flickableDirection: Flickable.HorizontalFlick
            boundsBehavior: Flickable.StopAtBounds
            interactive: contentWidth > width
            clip: true
            T.ScrollBar.horizontal: ThinScrollBar {}
            RichTextView {
                id: code
                x: 12
                y: part.continues ? 0 : 10
                wrapMode: TextEdit.NoWrap
                text: part.html
                lineHeight: Theme.codeLine
                name: qsTr("Code")
                plain: part.text
                font.family: Theme.monoFamily
                font.pixelSize: Theme.size13
                Caret { view: code; shown: part.writing; height: Math.round(15 * Theme.scale) }
            }
        }
    }
}
