import QtQuick
import Soliloquy

// A link is shown whole and can be copied. It is never opened from here: a browser started by this program would inherit the filter that
// refuses every connection.
Sheet {
    id: sheet
    required property QtObject chat
    property string address
    title: qsTr("The address of this link")
    widest: 520
    function ask(link) { address = link; open() }
    Words {
        width: parent.width
        wrapMode: Text.Wrap
        color: Theme.muted
        text: qsTr("A model wrote it. Soliloquy opens nothing outside; copy it into your browser if you trust it.")
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
        TextButton { text: qsTr("Copy"); primary: true; onClicked: { sheet.chat.copyText(sheet.address); sheet.close() } }
    ]
}
