import QtQuick
import QtQuick.Dialogs
import QtQuick.Templates as T
import Soliloquy

// The library: every model found on this computer, whether it fits, and what to fetch when there is none. Files may be dropped anywhere.
FocusScope {
    id: page
    required property QtObject models
    property bool narrow: false
    property bool sidebarShown: true
    signal sidebarWanted()
    signal closed()

    readonly property int side: width < 760 ? 16 : 72
    readonly property bool detailsOpen: models.details.path !== undefined
    property string notice

    Component.onCompleted: models.refresh()

    Connections {
        target: page.models
        // Rows come in while folders are read: the list begins at its head when it is whole.
        function onScanningChanged() {
            if (page.models.scanning) return
            list.currentIndex = 0
            Qt.callLater(list.positionViewAtBeginning)
        }
    }
    function leave() { detailsOpen ? models.hideDetails() : page.closed() }
    function act(action, path) {
        if (action === "open" || action === "anyway") page.models.open(path)
        else page.models.showDetails(path)
    }
    function drop(urls) {
        let taken = 0
        for (const url of urls) if (page.models.addFile(url)) ++taken
        page.notice = taken === urls.length ? "" : qsTr("Only files and folders of this computer can be added.")
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
        anchors.leftMargin: page.side
        anchors.rightMargin: page.side
        clip: true
        focus: true
        model: page.models
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: true
        keyNavigationEnabled: true
        highlightMoveDuration: 0
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Models")
        T.ScrollBar.vertical: ThinScrollBar { parent: page; x: page.width - width; y: list.y; height: list.height }
        Keys.onReturnPressed: if (currentItem) currentItem.activate()
        Keys.onSpacePressed: if (currentItem) page.models.showDetails(currentItem.path)
        header: ModelsHead {
            width: list.width
            models: page.models
            notice: page.notice
        }
        delegate: ModelRow {
            width: list.width
            narrow: page.narrow || page.width < 760
            current: list.activeFocus && ListView.isCurrentItem
            loadProgress: page.models.loadProgress
            onActed: (action, path) => page.act(action, path)
            onDetailsWanted: path => page.models.showDetails(path)
            onCancelled: page.models.cancelLoad()
        }
        footer: Column {
            width: list.width
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
    DropArea {
        anchors.fill: parent
        onEntered: drag => drag.accepted = drag.hasUrls
        onDropped: drop => { page.drop(drop.urls); drop.accept() }
        Rectangle {
            anchors.fill: parent
            anchors.margins: 8
            visible: parent.containsDrag
            radius: Theme.radiusLarge
            color: Theme.accentTint
            opacity: 0.9
            border.width: 2
            border.color: Theme.accent
            Words {
                anchors.centerIn: parent
                text: qsTr("Drop to add it to the list. Nothing is moved or copied.")
                font.pixelSize: Theme.size16
                color: Theme.accent
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
    }
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
