import QtQuick
import QtQuick.Templates as T
import Soliloquy

// The left side: search, new chat, the conversations, and at the foot what the program promises and how it is set.
FocusScope {
    id: side
    required property QtObject app
    readonly property bool searching: search.text.trim() !== ""
    signal settingsWanted()
    signal privacyWanted()
    signal modelsWanted()
    signal chosen()
    signal found(var message)

    function focusSearch() { search.forceActiveFocus(); search.selectAll() }
    function focusList() { (side.searching ? results : list).forceActiveFocus() }
    function clearSearch() { search.clear() }

    Rectangle {
        anchors.fill: parent
        color: Theme.side
    }
    Rectangle {
        anchors.right: parent.right
        width: 1
        height: parent.height
        color: Theme.line
    }
    Icon {
        id: logo
        x: 20
        y: 17
        name: "logo"
        size: 20
        color: Theme.accent
    }
    Words {
        x: 48
        y: 11
        height: 32
        text: "Soliloquy"
        font.pixelSize: Theme.size14
        font.weight: Font.DemiBold
    }
    SearchField {
        id: search
        x: 12
        y: 49
        width: parent.width - 25
        Binding { target: side.app.search; property: "query"; value: search.text }
        Keys.onEscapePressed: event => { event.accepted = text !== ""; clear() }
        Keys.onDownPressed: side.focusList()
    }
    SideRow {
        id: newChat
        x: 12
        y: search.y + search.height + 4
        width: parent.width - 25
        icon_: "plus"
        text: qsTr("New chat")
        note: "Ctrl N"
        name: "New chat"
        onClicked: { side.app.chat.newChat(); side.chosen() }
    }
    ConversationList {
        id: list
        anchors.top: newChat.bottom
        anchors.bottom: rule.top
        anchors.bottomMargin: 8
        width: parent.width - 1
        visible: !side.searching
        conversations: side.app.conversations
        onChosen: side.chosen()
    }
    SearchResults {
        id: results
        anchors.top: newChat.bottom
        anchors.topMargin: 8
        anchors.bottom: rule.top
        anchors.bottomMargin: 8
        width: parent.width - 1
        visible: side.searching
        app: side.app
        onChosen: side.chosen()
        onFound: message => side.found(message)
    }
    Rectangle {
        id: rule
        x: 12
        width: parent.width - 25
        height: 1
        anchors.bottom: foot.top
        anchors.bottomMargin: 8
        color: Theme.line
    }
    Column {
        id: foot
        x: 12
        width: parent.width - 25
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 12
        SideRow {
            width: parent.width
            icon_: "cube"
            text: qsTr("Models")
            note: side.app.models.count > 0 ? side.app.models.count : ""
            onClicked: side.modelsWanted()
        }
        SideRow {
            width: parent.width
            icon_: "shield"
            text: qsTr("Nothing leaves")
            note: side.app.networkEnforced ? qsTr("enforced") : ""
            onClicked: side.privacyWanted()
        }
        SideRow {
            width: parent.width
            icon_: "gear"
            text: qsTr("Settings")
            note: "Ctrl ,"
            onClicked: side.settingsWanted()
        }
    }
}
