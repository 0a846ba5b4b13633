import QtQuick
import Soliloquy

// A paragraph, a heading or an item of a list, inside its lists and quotes.
PartFrame {
    id: part
    required property string text
    required property string html
    required property int level
    required property int indent
    required property int quote
    required property string marker
    required property bool writing
    required property bool continues  // the quote goes on
    readonly property int reach: continues ? gap : 0
    required gap
    readonly property int inset: quote * 16 + indent * 24

    Repeater {
        model: part.quote
        Rectangle {
            required property int index
            x: index * 16
            y: -part.reach
            width: 2
            height: view.height + part.reach
            color: Theme.line
        }
    }
    Words {
        x: part.inset - width - 8
        width: implicitWidth
        visible: part.marker !== ""
        text: part.marker
        height: Theme.bodyLine
        font.pixelSize: Theme.size16
        color: Theme.muted
        Accessible.ignored: true
    }
    RichTextView {
        id: view
        x: part.inset
        width: part.measure - part.inset
        text: part.html
        lineHeight: part.level === 1 ? Math.round(30 * Theme.scale) : part.level === 2 ? Math.round(28 * Theme.scale) : Theme.bodyLine
        name: "Answer"
        plain: part.text
        color: part.quote > 0 ? Theme.muted : Theme.text
        font.pixelSize: part.level === 1 ? Theme.size20 : part.level === 2 ? Math.round(18 * Theme.scale) : Theme.size16
        font.weight: part.level > 0 ? Font.DemiBold : Font.Normal
        onLinkPressed: address => part.list.linkPressed(address)
        Caret { view: parent; shown: part.writing }
    }
}
