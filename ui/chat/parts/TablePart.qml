import QtQuick
import QtQuick.Templates as T
import Soliloquy

// A table: a quiet heading, hairlines, columns as wide as their words ask for.
PartFrame {
    id: part
    required property var table
    required property string text
    required property bool continues
    required property int indent
    required property int quote
    required gap
    readonly property int inset: indent * 24 + quote * 16
    readonly property var weights: {
        const out = []
        for (const row of part.text.split("\n")) {
            const cells = row.split("\t")
            for (let i = 0; i < cells.length; ++i) out[i] = Math.max(out[i] || 5, Math.min(cells[i].length + 2, 44))
        }
        return out
    }
    readonly property real sum: weights.reduce((a, b) => a + b, 0)

    Flickable {
        id: flick
        x: part.inset
        width: part.measure - part.inset
        height: rows.height + (contentWidth > width ? 10 : 0)
        contentWidth: Math.max(width, part.weights.length * 72)
        contentHeight: height
        flickableDirection: Flickable.HorizontalFlick
        interactive: contentWidth > width
        boundsBehavior: Flickable.StopAtBounds
        clip: contentWidth > width
        T.ScrollBar.horizontal: ThinScrollBar {}
        Column {
            id: rows
            width: flick.contentWidth
            Repeater {
                model: part.table
                Item {
                    id: line
                    required property var modelData
                    required property int index
                    readonly property bool head: index === 0 && !part.continues
                    width: rows.width
                    height: cells.height + (head ? 8 : 13)
                    Row {
                        id: cells
                        y: line.head ? 2 : 6
                        Repeater {
                            model: line.modelData
                            RichTextView {
                                required property var modelData
                                required property int index
                                width: rows.width * (part.weights[index] || 1) / part.sum
                                rightPadding: 12
                                text: modelData.html
                                lineHeight: Theme.thoughtLine
                                name: "Answer"
                                font.pixelSize: line.head ? Theme.size12 : Theme.size14
                                font.weight: line.head ? Font.DemiBold : Font.Normal
                                color: line.head ? Theme.muted : Theme.text
                                horizontalAlignment: modelData.align === 2 ? TextEdit.AlignRight : modelData.align === 1 ? TextEdit.AlignHCenter : TextEdit.AlignLeft
                                onLinkPressed: address => part.list.linkPressed(address)
                            }
                        }
                    }
                    Rectangle {
                        anchors.bottom: parent.bottom
                        width: parent.width
                        height: 1
                        color: Theme.line
                    }
                }
            }
        }
    }
}
