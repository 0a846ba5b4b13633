import QtQuick
import QtQuick.Templates as T
import Soliloquy

// The empty desk: what the bundled model can do, and four questions to begin with.
Flickable {
    id: page
    required property QtObject app
    readonly property bool bundled: app.chat.bundledModel
    signal asked(string text)

    contentWidth: width
    contentHeight: Math.max(height, column.implicitHeight + 48)
    boundsBehavior: Flickable.StopAtBounds
    clip: true
    T.ScrollBar.vertical: ThinScrollBar {}
    Column {
        id: column
        width: Math.min(640, page.width - 32)
        x: Math.round((page.width - width) / 2)
        y: Math.max(24, Math.round((page.height - implicitHeight) / 2) - 34)
        spacing: 0
        Icon {
            anchors.horizontalCenter: parent.horizontalCenter
            name: "logo"
            size: 40
            color: Theme.text
        }
        Item { width: 1; height: 22 }
        Words {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
            text: qsTr("Think out loud, stay at home")
            font.pixelSize: Theme.size28
            font.weight: Font.DemiBold
            Accessible.role: Accessible.Heading
        }
        Item { width: 1; height: 12 }
        Words {
            width: Math.min(parent.width, Math.round(612 * Math.max(1, Theme.scale)))
            anchors.horizontalCenter: parent.horizontalCenter
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
            lineHeightMode: Text.FixedHeight
            lineHeight: Math.round(24 * Theme.scale)
            text: page.bundled ? qsTr("The bundled model is very small: it calculates, compares, counts and solves small puzzles, and shows every step. For open questions, open a larger model.")
                               : page.app.chat.hasModel ? qsTr("%1 runs in this window, on this computer. What it thinks is shown while it thinks.").arg(page.app.chat.modelName)
                : qsTr("Open a model to begin: a GGUF file on this computer.")
            font.pixelSize: Theme.size16
            color: Theme.muted
        }
        Item { width: 1; height: 24 }
        Grid {
            id: grid
            visible: page.bundled
            width: parent.width
            columns: width > 520 ? 2 : 1
            spacing: 12
            Repeater {
                model: [
                    { ask: "Which is larger, 9.11 or 9.9?", how: qsTr("compare, digit by digit") },
                    { ask: "What is 487 + 356?", how: qsTr("add, column by column") },
                    { ask: "Is 91 a prime number?", how: qsTr("try every divisor") },
                    { ask: "If today is Friday, what day is it in 10 days?", how: qsTr("count around the week") }
                ]
                PressButton {
                    id: card
                    required property var modelData
                    width: (grid.width - (grid.columns - 1) * 12) / grid.columns
                    height: Math.max(67, words.implicitHeight + 28)
                    ring: Theme.radiusLarge
                    name: modelData.ask
                    onClicked: page.asked(modelData.ask)
                    background: Rectangle {
                        radius: Theme.radiusLarge
                        color: card.hovered ? Theme.raisedHover : Theme.raised
                        border.width: 1
                        border.color: card.hovered ? Theme.lineStrong : Theme.line
                    }
                    contentItem: Item {
                        Column {
                            id: words
                            x: 16
                            width: parent.width - 32
                            anchors.verticalCenter: parent.verticalCenter
                            spacing: 4
                            Words { width: parent.width; text: card.modelData.ask; font.pixelSize: Theme.size14; wrapMode: Text.Wrap }
                            Words { width: parent.width; text: card.modelData.how; font.pixelSize: Theme.size12; color: Theme.faint; elide: Text.ElideRight }
                        }
                    }
                }
            }
        }
    }
}
