import QtQuick
import Soliloquy

// A link is opened only after its whole address was shown.
Sheet {
    id: sheet
    required property QtObject chat
    property string address
    title: qsTr("Open this address?")
    widest: 520
    function ask(link) { address = link; open() }
    Words {
        width: parent.width
        wrapMode: Text.Wrap
        color: Theme.muted
        text: sheet.chat.canOpenAddress(sheet.address) ? qsTr("A model wrote it. Your browser would send it over the network; Soliloquy itself does not.")
                                                       : qsTr("A model wrote it. Only web and mail addresses can be opened from here.")
    }
    Rectangle {
        width: parent.width
        height: Math.min(address_.implicitHeight, 200)
        radius: Theme.radius
        color: Theme.field
        clip: true
        TextEdit {
            id: address_
            width: parent.width
            padding: 10
            textFormat: TextEdit.PlainText
            readOnly: true
            selectByMouse: true
            wrapMode: TextEdit.WrapAnywhere
            text: sheet.address
            font.family: Theme.monoFamily
            font.pixelSize: Theme.size13
            color: Theme.text
            Accessible.name: qsTr("Address")
        }
    }
    buttons: [
        TextButton { text: qsTr("Cancel"); onClicked: sheet.close() },
        TextButton { text: qsTr("Copy"); onClicked: { sheet.chat.copyText(sheet.address); sheet.close() } },
        TextButton { text: qsTr("Open"); primary: true; enabled: sheet.chat.canOpenAddress(sheet.address); onClicked: { sheet.chat.openAddress(sheet.address); sheet.close() } }
    ]
}
