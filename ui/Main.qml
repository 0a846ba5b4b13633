import QtQuick
import QtQuick.Window
import QtQuick.Dialogs
import QtQuick.Templates as T
import Soliloquy

// The window: conversations on the left, the desk on the right, and what floats above both.
T.ApplicationWindow {
    id: window
    required property QtObject app
    readonly property bool narrow: width < 760
    readonly property bool sidebarPinned: !narrow && app.settings.sidebarOpen
    property bool drawerOpen: false
    property bool modelsShown: false
    onModelsShownChanged: modelsShown ? library.setSource("models/ModelsPage.qml", { models: app.models }) : library.source = ""

    width: 1280
    height: 820
    minimumWidth: 480
    minimumHeight: 480
    visible: true
    title: "Soliloquy"
    color: Theme.window
    font.family: Theme.fontFamily
    font.pixelSize: Theme.size14

    SystemPalette { id: system }
    Binding { target: Theme; property: "dark"; value: window.app.settings.theme === "dark" || (window.app.settings.theme === "system" && system.window.hslLightness < 0.5) }
    Binding { target: Theme; property: "motion"; value: window.app.settings.motion }
    Binding { target: Theme; property: "scale"; value: window.app.settings.textScale }
    Binding { target: Theme; property: "fontFamily"; value: window.app.fontFamily }
    Binding { target: Theme; property: "monoFamily"; value: window.app.monoFamily }
    function takeLook() {
        app.chat.parts.setLook(String(Theme.accent), String(Theme.field), String(Theme.muted), Theme.dark, Theme.monoFamily, Theme.scale)
    }
    Connections {
        target: Theme
        function onDarkChanged() { window.takeLook() }
        function onScaleChanged() { window.takeLook() }
        function onMonoFamilyChanged() { window.takeLook() }
    }
    Component.onCompleted: { takeLook(); page.focusComposer() }

    function toggleThought() {
        const row = app.chat.parts.lastThoughtRow()
        if (row >= 0) app.chat.parts.setExpanded(row, !app.chat.parts.isExpanded(row))
    }
    function toggleSidebar() { narrow ? drawerOpen = !drawerOpen : app.settings.sidebarOpen = !app.settings.sidebarOpen }
    function openSearch() {
        if (narrow) drawerOpen = true
        else app.settings.sidebarOpen = true
        sidebar.focusSearch()
    }
    /// The library, with one model's details open; "" = the list alone.
    function showModel(path) {
        drawerOpen = false
        modelsShown = true
        if (path !== "") library.item.show(path)
    }
    function say(what, ms) {
        note.text = what
        note.shown = true
        noteTimer.interval = ms
        noteTimer.restart()
    }
    function nextPane() {
        if (page.composerFocused && (sidebarPinned || drawerOpen)) sidebar.focusList()
        else if (page.messagesFocused || (sidebar.activeFocus && app.chat.empty)) page.focusComposer()
        else page.focusMessages()
    }
    function leave() {
        if (drawerOpen) drawerOpen = false
        else if (modelsShown) library.item.leave()
        else if (app.chat.busy) app.chat.stop()
        else page.focusComposer()
    }

    Shortcut { sequence: "Ctrl+N"; onActivated: { window.app.chat.newChat(); window.drawerOpen = false; page.focusComposer() } }
    Shortcut { sequence: "Ctrl+L"; onActivated: { window.drawerOpen = false; page.focusComposer() } }
    Shortcut { sequence: "Ctrl+K"; onActivated: window.openSearch() }
    Shortcut { sequence: "Esc"; onActivated: window.leave() }
    Shortcut { sequence: "Ctrl+Q"; context: Qt.ApplicationShortcut; onActivated: Qt.quit() }
    Shortcut { sequence: "Ctrl+Shift+T"; onActivated: window.toggleThought() }
    Shortcut { sequence: "Ctrl+Shift+A"; onActivated: window.app.chat.answerNow() }
    Shortcut { sequence: "Ctrl+Shift+C"; onActivated: window.app.chat.copyAnswer(0) }
    Shortcut { sequence: "Ctrl+B"; onActivated: window.toggleSidebar() }
    Shortcut { sequence: "F6"; onActivated: window.nextPane() }
    Shortcut { sequence: "Ctrl+,"; onActivated: settingsSheet.open() }
    Shortcut { sequence: "Ctrl+/"; onActivated: helpSheet.open() }

    ChatPage {
        id: page
        anchors.fill: parent
        anchors.leftMargin: window.sidebarPinned ? sidebar.width : 0
        focus: true
        app: window.app
        narrow: window.narrow
        sidebarShown: window.sidebarPinned
        onSidebarWanted: window.toggleSidebar()
        onFileWanted: fileDialog.open()
        onHelpWanted: helpSheet.open()
        onRenameWanted: renameSheet.open()
        onPromptWanted: promptSheet.open()
        onModelsWanted: path => window.showModel(path)
        onLinkPressed: address => linkSheet.ask(address)
    }
    Loader {
        id: library
        anchors.fill: page
        visible: window.modelsShown
        onLoaded: {
            item.narrow = Qt.binding(() => window.narrow)
            item.sidebarShown = Qt.binding(() => window.sidebarPinned)
            item.sidebarWanted.connect(window.toggleSidebar)
            item.closed.connect(() => { window.modelsShown = false; page.focusComposer() })
            item.forceActiveFocus()
        }
    }
    Rectangle {
        anchors.fill: parent
        color: Theme.shade
        visible: window.narrow && window.drawerOpen
        TapHandler { onTapped: window.drawerOpen = false }
    }
    Sidebar {
        id: sidebar
        width: Theme.sidebarWidth + 1
        height: parent.height
        x: window.sidebarPinned || (window.narrow && window.drawerOpen) ? 0 : -width
        visible: x > -width
        enabled: visible
        app: window.app
        onFound: message => page.list.showMessage(message)
        onSettingsWanted: { window.drawerOpen = false; settingsSheet.open() }
        onPrivacyWanted: { window.drawerOpen = false; privacySheet.open() }
        onModelsWanted: { window.drawerOpen = false; window.modelsShown = true }
        onChosen: { window.drawerOpen = false; window.modelsShown = false; page.focusComposer() }
        Behavior on x { enabled: window.narrow; NumberAnimation { duration: Theme.quick; easing.type: Easing.OutCubic } }
    }
    Toast {
        id: undo
        anchors.horizontalCenter: page.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 144
        shown: window.app.conversations.canUndo
        text: qsTr("Deleted “%1”").arg(window.app.conversations.deletedTitle)
        action: qsTr("Undo")
        onActed: window.app.conversations.undoRemove()
    }
    Toast {
        id: note
        anchors.horizontalCenter: page.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: undo.shown ? 192 : 144
        Timer { id: noteTimer; onTriggered: note.shown = false }
        Connections {
            target: window.app.chat
            function onCopied(what) { window.say(what, 1600) }
        }
    }
    SettingsSheet { id: settingsSheet; settings: window.app.settings; devices: window.app.devices }
    HelpSheet { id: helpSheet }
    PrivacySheet { id: privacySheet; app: window.app }
    RenameSheet { id: renameSheet; chat: window.app.chat }
    LinkSheet { id: linkSheet; chat: window.app.chat }
    PromptSheet { id: promptSheet; app: window.app }
    DropField { anchors.fill: parent; models: window.app.models }
    Connections {
        target: window.app.models
        function onDropped(path) { window.showModel(path) }
        function onRefusedDrop(sentences) { window.say(sentences, 6000) }
    }
    FileDialog {
        id: fileDialog
        title: qsTr("Open a model")
        nameFilters: [qsTr("GGUF models (*.gguf)"), qsTr("All files (*)")]
        onAccepted: window.app.models.openFile(selectedFile)
    }
}
