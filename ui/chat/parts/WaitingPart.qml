import QtQuick
import Soliloquy

// The model was asked and has not written yet: a caret, and what it does meanwhile.
PartFrame {
    id: part
    required gap
    Row {
        spacing: 8
        height: Theme.bodyLine
        Rectangle {
            y: Math.round((parent.height - height) / 2)
            width: 2
            height: Math.round(18 * Theme.scale)
            color: Theme.accent
        }
        Words {
            height: parent.height
            text: part.list.chat.reading ? part.list.chat.readNote : part.list.chat.loading ? qsTr("Opening the model") : ""
            font.pixelSize: Theme.size14
            color: Theme.muted
        }
    }
}
