import QtQuick
import Soliloquy

// Labels and values, one pair a line.
Column {
    id: facts
    property var rows: []
    property int labelWidth: 104
    spacing: 8
    Repeater {
        model: facts.rows
        Item {
            id: fact
            required property var modelData
            width: facts.width
            height: Math.max(label.implicitHeight, value.implicitHeight)
            Words {
                id: label
                width: facts.labelWidth - 12
                text: fact.modelData.label
                color: Theme.muted
                wrapMode: Text.WrapAnywhere
                lineHeight: 1.2
                verticalAlignment: Text.AlignTop
            }
            Words {
                id: value
                x: facts.labelWidth
                width: parent.width - x
                text: fact.modelData.value
                wrapMode: Text.Wrap
                lineHeight: 1.2
                verticalAlignment: Text.AlignTop
            }
        }
    }
}
