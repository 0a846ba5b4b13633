import QtQuick
import Soliloquy

// A tinted card with sentences: problems or warnings.
Rectangle {
    id: card
    property string title
    property var lines: []
    property color tint: Theme.amberTint
    property color ink: Theme.amber

    height: column.implicitHeight + 24
    radius: Theme.radius
    color: tint
    Column {
        id: column
        x: 12
        y: 12
        width: parent.width - 24
        spacing: 6
        Row {
            spacing: 6
            Icon { anchors.verticalCenter: parent.verticalCenter; name: "warning"; size: 16; color: card.ink }
            Words { text: card.title; font.weight: Font.DemiBold; color: card.ink }
        }
        Repeater {
            model: card.lines
            Words {
                required property string modelData
                width: column.width
                text: modelData
                wrapMode: Text.Wrap
                lineHeight: 1.3
            }
        }
    }
}
