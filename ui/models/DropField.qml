import QtQuick
import Soliloquy

// Takes files that are dropped anywhere on the window: models join the library, anything else is told why not.
DropArea {
    id: field
    required property QtObject models
    onEntered: drag => drag.accepted = drag.hasUrls
    onDropped: drop => { field.models.drop(drop.urls); drop.accept() }
    Rectangle {
        anchors.fill: parent
        anchors.margins: 8
        visible: field.containsDrag
        radius: Theme.radiusLarge
        color: Theme.accentTint
        opacity: 0.94
        border.width: 2
        border.color: Theme.accent
    }
    Column {
        anchors.centerIn: parent
        visible: field.containsDrag
        spacing: 8
        Icon { anchors.horizontalCenter: parent.horizontalCenter; name: "cube"; size: 32; color: Theme.accent }
        Words {
            anchors.horizontalCenter: parent.horizontalCenter
            text: qsTr("Drop a GGUF file or a folder to add it to your models")
            font.pixelSize: Theme.size16
            font.weight: Font.DemiBold
            color: Theme.accent
        }
        Words {
            anchors.horizontalCenter: parent.horizontalCenter
            text: qsTr("Nothing is moved or copied.")
            color: Theme.accent
        }
    }
}
