import QtQuick
import Soliloquy

// A setting: its name and what it means on the left, its control on the right (below on narrow windows).
Item {
    id: row
    property string text
    property string note
    property bool wrong: false  // the note says what is wrong
    default property alias control: slot.data
    readonly property bool stacked: width < 420

    width: parent ? parent.width : 0
    implicitHeight: Math.max(stacked ? words.implicitHeight + slot.childrenRect.height + 14 : Math.max(words.implicitHeight, slot.childrenRect.height) + 12, 44)
    height: implicitHeight
    Column {
        id: words
        y: row.stacked ? 6 : Math.round((row.height - implicitHeight) / 2)
        width: row.stacked ? row.width : row.width - slot.childrenRect.width - 24
        spacing: 2
        Words { width: parent.width; text: row.text; wrapMode: Text.Wrap }
        Words { width: parent.width; visible: text !== ""; text: row.note; wrapMode: Text.Wrap; font.pixelSize: Theme.size12; color: row.wrong ? Theme.danger : Theme.faint }
    }
    Item {
        id: slot
        width: childrenRect.width
        height: childrenRect.height
        x: row.stacked ? 0 : row.width - width
        y: row.stacked ? words.y + words.implicitHeight + 6 : Math.round((row.height - height) / 2)
    }
}
