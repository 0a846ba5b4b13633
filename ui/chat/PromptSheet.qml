import QtQuick
import Soliloquy

// What the model sees: the prompt as its template makes it, and what becomes of earlier thoughts in it.
Sheet {
    id: sheet
    required property QtObject app
    readonly property QtObject chat: app.chat
    readonly property int shown: 16384  // letters: more would be slow to lay out
    title: qsTr("What the model sees")
    widest: 720
    onOpened: chat.askPrompt()

    PastThoughtsRow {
        visible: rule !== ""
        rule: sheet.chat.pastThoughtsRule
        keepable: sheet.chat.pastThoughtsKeepable
        value: sheet.app.settings.pastThoughts
        onChosen: value => { sheet.app.settings.pastThoughts = value; sheet.chat.askPrompt() }
    }
    Words { width: parent.width; text: sheet.chat.promptNote; wrapMode: Text.Wrap; color: Theme.muted }
    Rectangle {
        width: parent.width
        height: text.implicitHeight + 24
        visible: text.text !== ""
        radius: Theme.radius
        color: Theme.code
        TextEdit {
            id: text
            x: 12
            y: 12
            width: parent.width - 24
            textFormat: TextEdit.PlainText
            text: sheet.chat.promptText.substring(0, sheet.shown)
            readOnly: true
            selectByMouse: true
            activeFocusOnTab: true
            wrapMode: TextEdit.Wrap
            font.family: Theme.monoFamily
            font.pixelSize: Theme.size12
            color: Theme.text
            selectionColor: Theme.dark ? "#3A4470" : "#C9D4FB"
            selectedTextColor: Theme.text
            Accessible.role: Accessible.EditableText
            Accessible.name: qsTr("The prompt")
            Accessible.readOnly: true
        }
    }
    Words {
        width: parent.width
        visible: sheet.chat.promptText.length > sheet.shown
        text: qsTr("This is the beginning. Copy takes all of it.")
        wrapMode: Text.Wrap
        color: Theme.muted
    }
    buttons: [
        TextButton { text: qsTr("Copy"); icon_: "copy"; enabled: sheet.chat.promptText !== ""; onClicked: sheet.chat.copyText(sheet.chat.promptText) },
        TextButton { text: qsTr("Close"); primary: true; onClicked: sheet.close() }
    ]
}
