import QtQuick
import Soliloquy

// Below the header while a model is opened or a prompt is read: how far, how long, and the way out.
Item {
    id: bar
    required property QtObject chat
    readonly property bool shown: chat.loading || chat.reading

    height: shown ? (chat.loading ? 40 : 2) : 0
    visible: shown
    clip: true
    Words {
        x: 16
        height: 38
        visible: bar.chat.loading
        text: qsTr("Opening %1").arg(bar.chat.modelName) + " · " + bar.chat.loadNote
        color: Theme.muted
    }
    TextButton {
        anchors.right: parent.right
        anchors.rightMargin: 16
        y: 6
        visible: bar.chat.loading
        text: qsTr("Cancel")
        name: qsTr("Cancel opening the model")
        onClicked: bar.chat.cancelLoad()
    }
    ProgressLine {
        anchors.bottom: parent.bottom
        width: parent.width
        height: 2
        radius: 0
        value: bar.chat.loading ? bar.chat.loadFraction : bar.chat.readFraction
        Accessible.description: bar.chat.loading ? qsTr("Opening the model") : bar.chat.readNote
    }
}
