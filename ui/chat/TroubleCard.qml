import QtQuick
import Soliloquy

// Trouble that belongs to no message: a model that cannot be opened, a folder that cannot be written.
Rectangle {
    id: card
    required property QtObject chat
    property bool open: false
    signal fileWanted()

    implicitHeight: column.implicitHeight + 26
    radius: Theme.radius
    color: Theme.dangerTint
    Accessible.role: Accessible.AlertMessage
    Accessible.name: card.chat.trouble
    Column {
        id: column
        x: 16
        y: 13
        width: parent.width - 32
        spacing: 6
        Words { width: parent.width; text: card.chat.trouble; font.weight: Font.DemiBold; color: Theme.danger; wrapMode: Text.Wrap }
        Words { width: parent.width; text: card.chat.troubleDetails; color: Theme.muted; wrapMode: Text.Wrap; maximumLineCount: card.open ? 40 : 2; elide: Text.ElideRight; lineHeight: 1.25 }
        Flow {
            width: parent.width
            spacing: 8
            TextButton { text: qsTr("Retry"); visible: card.chat.hasModel && card.chat.modelState !== "ok"; onClicked: card.chat.loadModel() }
            TextButton { text: qsTr("Open another model…"); visible: card.chat.modelState !== "ok"; onClicked: card.fileWanted() }
            TextButton { text: card.open ? qsTr("Hide details") : qsTr("Details"); bare: true; onClicked: card.open = !card.open }
            TextButton { text: qsTr("Dismiss"); bare: true; onClicked: card.chat.dismissTrouble() }
        }
    }
}
