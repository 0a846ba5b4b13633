import QtQuick
import Soliloquy

// Gives the conversation on the desk another title.
Sheet {
    id: sheet
    required property QtObject chat
    title: qsTr("Rename the conversation")
    widest: 440
    onOpened: { field.text = sheet.chat.title; field.forceActiveFocus(); field.selectAll() }
    function take() { sheet.chat.rename(field.text); sheet.close() }
    TextBox {
        id: field
        name: qsTr("Title")
        width: parent.width
        Keys.onReturnPressed: sheet.take()
        Keys.onEnterPressed: sheet.take()
    }
    buttons: [
        TextButton { text: qsTr("Cancel"); onClicked: sheet.close() },
        TextButton { text: qsTr("Rename"); primary: true; onClicked: sheet.take() }
    ]
}
