import QtQuick
import Soliloquy

// One sentence with its mark.
Item {
    id: row
    property string text
    property string icon_
    property color tint
    width: parent ? parent.width : 0
    height: words.implicitHeight + 8
    Icon { y: 3; name: row.icon_; size: 18; color: row.tint }
    Words {
        id: words
        x: 28
        y: 4
        width: parent.width - 28
        text: row.text
        wrapMode: Text.Wrap
        lineHeight: 1.3
    }
}
