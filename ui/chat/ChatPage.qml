import QtQuick
import Soliloquy

// The conversation with its header and composer.
FocusScope {
    id: page
    required property QtObject app
    property bool narrow: false
    property bool sidebarShown: true
    readonly property bool showsEmpty: app.chat.empty
    property alias list: messages
    signal sidebarWanted()
    signal fileWanted()
    signal helpWanted()
    signal renameWanted()
    signal promptWanted()
    signal modelsWanted(string path)
    signal linkPressed(string address)

    function focusComposer() { composer.forceActiveFocus() }
    function focusMessages() { messages.forceActiveFocus() }
    readonly property bool composerFocused: composer.activeFocus
    readonly property bool messagesFocused: messages.activeFocus

    Rectangle { anchors.fill: parent; color: Theme.window }
    Header {
        id: header
        width: parent.width
        app: page.app
        narrow: page.narrow
        sidebarShown: page.sidebarShown
        onSidebarWanted: page.sidebarWanted()
        onFileWanted: page.fileWanted()
        onHelpWanted: page.helpWanted()
        onRenameWanted: page.renameWanted()
        onPromptWanted: page.promptWanted()
        onModelsWanted: path => page.modelsWanted(path)
    }
    LoadBar {
        id: bar
        y: header.height
        width: parent.width
        chat: page.app.chat
    }
    Loader {
        id: trouble
        active: page.app.chat.trouble !== ""
        visible: active
        width: Math.min(Theme.measure, page.width - 32)
        x: Math.round((page.width - width) / 2)
        y: header.height + bar.height + 12
        sourceComponent: TroubleCard {
            width: trouble.width
            chat: page.app.chat
            onFileWanted: page.fileWanted()
        }
    }
    Item {
        id: middle
        anchors.top: header.bottom
        anchors.topMargin: bar.height + (trouble.active ? trouble.height + 12 : 0)
        anchors.bottom: composer.top
        anchors.bottomMargin: 8
        width: parent.width
        MessageList {
            id: messages
            anchors.fill: parent
            chat: page.app.chat
            visible: !page.showsEmpty
            onLinkPressed: address => page.linkPressed(address)
        }
        Loader {
            anchors.fill: parent
            active: page.showsEmpty
            sourceComponent: FirstRun {
                app: page.app
                onAsked: text => { messages.following = true; page.app.composer.sendText(text) }
            }
        }
        JumpButton {
            anchors.horizontalCenter: parent.horizontalCenter
            anchors.bottom: parent.bottom
            anchors.bottomMargin: 4
            visible: !messages.following && !page.showsEmpty && messages.contentHeight > messages.height
            onClicked: messages.toEnd()
        }
    }
    Composer {
        id: composer
        focus: true
        app: page.app
        narrow: page.narrow
        width: Math.min(Theme.measure, page.width - 32)
        x: Math.round((page.width - width) / 2)
        anchors.bottom: parent.bottom
        anchors.bottomMargin: page.showsEmpty ? 40 : 12
        onSent: messages.toEnd()
    }
    Words {
        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 10
        height: 20
        visible: page.showsEmpty
        text: qsTr("Nothing you write leaves this computer.")
        font.pixelSize: Theme.size12
        color: Theme.faint
    }
}
