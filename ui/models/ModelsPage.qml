import QtQuick
import QtQuick.Dialogs
import QtQuick.Templates as T
import Soliloquy

// The library: every model found on this computer, whether it fits, and what to fetch when there is none.
FocusScope {
    id: page
    required property QtObject models
    property bool narrow: false
    property bool sidebarShown: true
    signal sidebarWanted()
    signal closed()

    readonly property int side: width < 760 ? 16 : 72
    property string wanted       // a model to be shown as soon as it is found
    readonly property bool detailsOpen: models.details.path !== undefined

    property bool shown: false
    Component.onCompleted: { models.refresh(); Qt.callLater(() => page.shown = true) }

    Connections {
        target: page.models
        function onScanningChanged() {
            if (page.models.scanning) return
            if (list.untouched) list.currentIndex = 0
            if (page.wanted !== "") Qt.callLater(page.show, page.wanted)
        }
    }
    function leave() { detailsOpen ? models.hideDetails() : page.closed() }
    function act(action, path) {
        if (action === "open" || action === "anyway") page.models.open(path)
        else page.models.showDetails(path)
    }
    /// Puts the keyboard on a model and shows what is known of it.
    function show(path) {
        for (let row = 0; row < list.count; ++row) {
            if (page.models.pathAt(row) !== path) continue
            list.untouched = false
            list.currentIndex = row
            list.positionViewAtIndex(row, ListView.Contain)
            page.models.showDetails(path)
            page.wanted = ""
            return
        }
        page.wanted = path  // it may be found by the scan that is under way
    }

    Rectangle { anchors.fill: parent; color: Theme.window }
    Item {
        id: head
        width: parent.width
        height: 48
        IconButton {
            x: 16
            y: 10
            visible: !page.sidebarShown
            icon_: "menu"
            name: qsTr("Show the conversations")
            onClicked: page.sidebarWanted()
        }
        Words {
            x: page.sidebarShown ? 16 : 52
            height: 47
            text: qsTr("Models")
            font.pixelSize: Theme.size14
            font.weight: Font.DemiBold
            Accessible.role: Accessible.Heading
        }
        Row {
            anchors.right: parent.right
            anchors.rightMargin: 16
            y: 11
            spacing: 8
            TextButton { text: qsTr("What to fetch"); bare: true; visible: page.models.count > 0; onClicked: fetch.open() }
            TextButton { text: qsTr("Add a folder"); icon_: "plus"; onClicked: folderDialog.open() }
            IconButton { icon_: "close"; name: qsTr("Back to the conversation"); onClicked: page.closed() }
        }
        Rectangle { anchors.bottom: parent.bottom; width: parent.width; height: 1; color: Theme.line }
    }
    ListView {
        id: list
        anchors.top: head.bottom
        anchors.bottom: parent.bottom
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.leftMargin: page.side - 12
        anchors.rightMargin: page.side - 12
        clip: true
        focus: true
        model: page.models
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: true
        keyNavigationEnabled: true
        // Rows come in while folders are read, and the head grows with what is said there: the list stays at its head until it is moved.
        property bool untouched: true
        onMovementStarted: untouched = false
        function settle() { untouched || contentHeight <= height ? positionViewAtBeginning() : returnToBounds() }
        onOriginYChanged: Qt.callLater(settle)
        onContentHeightChanged: Qt.callLater(settle)
        // The ring is for the keyboard: it is not shown to somebody who came here with the mouse.
        property bool byKeys: false
        onActiveFocusChanged: byKeys = activeFocus && page.shown
        Keys.onPressed: {
            byKeys = true
            if (contentHeight > height) untouched = false
        }
        highlightMoveDuration: 0
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Models")
        T.ScrollBar.vertical: ThinScrollBar { parent: page; x: page.width - width; y: list.y; height: list.height }
        Keys.onReturnPressed: if (currentItem) currentItem.activate()
        Keys.onSpacePressed: if (currentItem) page.models.showDetails(currentItem.path)
        header: ModelsHead {
            x: 12
            width: list.width - 24
            models: page.models
        }
        delegate: ModelRow {
            width: list.width
            narrow: page.narrow || page.width < 760
            current: list.byKeys && list.activeFocus && ListView.isCurrentItem
            loadProgress: page.models.loadProgress
            onActed: (action, path) => page.act(action, path)
            onDetailsWanted: path => page.models.showDetails(path)
            onCancelled: page.models.cancelLoad()
        }
        footer: Column {
            x: 12
            width: list.width - 24
            topPadding: 16
            bottomPadding: 32
            spacing: 16
            Words {
                width: parent.width
                visible: text !== ""
                text: page.models.setApart
                wrapMode: Text.Wrap
                color: Theme.faint
            }
            FetchList {
                width: parent.width
                visible: page.models.count < 2 && !page.models.scanning
                models: page.models
            }
        }
    }
    ModelDrawer {
        anchors.top: parent.top
        anchors.bottom: parent.bottom
        anchors.right: parent.right
        width: Math.min(page.width, 440)
        visible: page.detailsOpen
        models: page.models
        onOpenWanted: path => { page.models.hideDetails(); page.models.open(path) }
        onDefaultsWanted: path => defaults.ask(path)
    }
    ModelDefaultsSheet { id: defaults; models: page.models }
    Sheet {
        id: fetch
        title: qsTr("What to fetch")
        widest: 640
        FetchList { width: parent.width; models: page.models; titled: false }
    }
    FolderDialog {
        id: folderDialog
        title: qsTr("Add a folder of models")
        onAccepted: page.models.addFolder(selectedFolder)
    }
}
