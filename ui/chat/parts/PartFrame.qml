import QtQuick
import Soliloquy

// A row of the conversation: the space above it, and its content in the reading column.
Item {
    id: frame
    property int gap: 0
    readonly property Item list: ListView.view
    readonly property int measure: Math.min(Theme.measure - 32, width - 32)
    default property alias content: column.data

    width: list ? list.width : 0
    height: gap + column.childrenRect.height
    Item {
        id: column
        x: Math.round((frame.width - frame.measure) / 2)
        y: frame.gap
        width: frame.measure
    }
}
