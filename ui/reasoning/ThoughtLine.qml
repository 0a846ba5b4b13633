import QtQuick
import Soliloquy

// One line of a thought; while it is written the margin says when.
Item {
    id: line
    required property string text
    required property string html
    required property bool gap
    required property string time
    required property bool writing
    property bool timed: false
    readonly property int margin: timed ? Math.round(68 * Math.max(1, Theme.scale)) : 18

    height: view.height + (gap ? 8 : 0)
    Words {
        x: 8
        y: view.y
        width: line.margin - 24
        height: Theme.thoughtLine
        visible: line.timed
        horizontalAlignment: Text.AlignRight
        text: line.time
        font.pixelSize: Theme.size12
        color: Theme.faint
        Accessible.ignored: true
    }
    RichTextView {
        id: view
        x: line.margin
        y: line.gap ? 8 : 0
        width: line.width - line.margin - 16
        text: line.html
        lineHeight: Theme.thoughtLine
        plain: line.text
        name: line.text
        font.pixelSize: Theme.size14
        color: Theme.thoughtText
        Caret { view: parent; shown: line.writing; height: Math.round(16 * Theme.scale) }
    }
}
