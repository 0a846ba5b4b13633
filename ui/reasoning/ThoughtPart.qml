import QtQuick
import Soliloquy

// A thought: one quiet line, and under it, when open, the sheet with what the model wrote.
PartFrame {
    id: part
    required property int index
    required property QtObject thought
    required property bool expanded
    required property string title
    required property string note
    required property bool canAnswerNow
    required gap
    readonly property bool live: thought !== null && thought.live

    Accessible.role: Accessible.Grouping
    Accessible.name: "Thought"
    Accessible.description: title + ", " + note

    Item {
        id: head
        width: part.measure
        height: 26
        PressButton {
            id: fold
            width: Math.min(22 + words.implicitWidth + 8 + figures.implicitWidth + 4, parent.width - (now.visible ? now.width + 8 : 0))
            height: parent.height
            name: part.title
            hint: part.expanded ? qsTr("Fold the thought (Ctrl+Shift+T)") : qsTr("Show the thought (Ctrl+Shift+T)")
            Accessible.role: Accessible.Button
            Accessible.checkable: true
            Accessible.checked: part.expanded
            onClicked: part.list.model.setExpanded(part.index, !part.expanded)
            contentItem: Item {
                Icon {
                    x: -2
                    anchors.verticalCenter: parent.verticalCenter
                    name: "chevron-right"
                    size: 18
                    rotation: part.expanded ? 90 : 0
                    Behavior on rotation { enabled: !part.live; NumberAnimation { duration: Theme.quick; easing.type: Easing.OutCubic } }
                }
                Words {
                    id: words
                    x: 22
                    height: parent.height
                    text: part.title
                    Accessible.ignored: true
                    font.pixelSize: Theme.size14
                    color: Theme.muted
                }
                Words {
                    id: figures
                    x: words.x + words.implicitWidth + 8
                    height: parent.height
                    width: Math.max(0, parent.width - x)
                    text: part.note
                    Accessible.ignored: true
                    elide: Text.ElideRight
                    font.pixelSize: Theme.size14
                    color: Theme.muted
                }
            }
        }
        TextButton {
            id: now
            anchors.right: parent.right
            visible: part.canAnswerNow
            text: qsTr("Answer now")
            hint: qsTr("End the thought at the next line (Ctrl+Shift+A)")
            onClicked: part.list.chat.answerNow()
        }
    }
    Loader {
        y: active ? 34 : 0
        width: part.measure
        height: item ? item.height : 0
        active: part.expanded
        sourceComponent: ThoughtSheet {
            width: part.measure
            lines: part.thought
            highest: Math.max(140, Math.min(Math.round(380 * Theme.scale), Math.round(part.list.height * 0.6)))
            onReading: part.list.model.keepOpen(part.index)
        }
    }
}
