import QtQuick
import QtQuick.Templates as T
import Soliloquy

// The line above the conversation: its title, the model, the device, what else can be done.
Item {
    id: header
    required property QtObject app
    property bool narrow: false
    property bool sidebarShown: true
    signal sidebarWanted()
    signal fileWanted()
    signal helpWanted()
    signal renameWanted()
    signal promptWanted()
    signal modelsWanted(string path)

    height: 48
    Rectangle {
        anchors.bottom: parent.bottom
        width: parent.width
        height: 1
        color: Theme.line
    }
    IconButton {
        id: sidebarButton
        x: 16
        y: 10
        visible: !header.sidebarShown
        icon_: "menu"
        name: qsTr("Show the conversations")
        onClicked: header.sidebarWanted()
    }
    Words {
        id: title
        x: sidebarButton.visible ? 52 : 16
        width: Math.max(0, tools.x - x - 12)
        height: parent.height - 1
        text: header.app.chat.title
        font.pixelSize: Theme.size14
        font.weight: Font.DemiBold
        elide: Text.ElideRight
        Accessible.role: Accessible.Heading
    }
    Row {
        id: tools
        anchors.right: parent.right
        anchors.rightMargin: 16
        y: 10
        spacing: 8
        Chip {
            id: model
            y: 2
            text: header.app.chat.modelName
            name: qsTr("Model: %1").arg(text)
            hint: menu.visible ? "" : header.app.chat.modelNote
            opens: true
            widest: header.narrow ? 150 : 240
            dot: header.app.chat.modelState === "ok" ? "" : header.app.chat.modelState
            onClicked: menu.popup(model, 0, model.height + 4)
        }
        Chip {
            y: 2
            visible: !header.narrow
            text: header.app.chat.device
            name: qsTr("Device: %1").arg(text)
            hint: header.app.chat.deviceNote
            dot: header.app.chat.modelState
            widest: 200
        }
        IconButton {
            id: more
            icon_: "dots"
            iconSize: 20
            name: qsTr("More")
            onClicked: moreMenu.popup(more, more.width - moreMenu.width, more.height + 4)
        }
    }
    MenuPopup {
        id: menu
        Instantiator {
            model: header.app.chat.recentModels
            onObjectAdded: (index, object) => menu.insertItem(index, object)
            onObjectRemoved: (index, object) => menu.removeItem(object)
            delegate: MenuRow {
                required property var modelData
                text: modelData.name
                note: modelData.path
                taken: modelData.present
                onTriggered: if (!modelData.present) header.app.models.open(modelData.path)
            }
        }
        MenuRow { text: qsTr("Open a GGUF file…"); icon_: "file"; onTriggered: header.fileWanted() }
        MenuRow { text: qsTr("All models"); icon_: "cube"; onTriggered: header.modelsWanted("") }
        MenuRow { text: qsTr("About this model, its defaults"); icon_: "gear"; enabled: header.app.chat.hasModel; onTriggered: header.modelsWanted(header.app.chat.modelPath) }
        MenuRow { text: qsTr("Close the model"); icon_: "close"; enabled: header.app.models.openedPath !== ""; onTriggered: header.app.models.unload() }
    }
    MenuPopup {
        id: moreMenu
        MenuRow { text: qsTr("Rename"); icon_: "pencil"; enabled: !header.app.chat.empty; onTriggered: header.renameWanted() }
        MenuRow { text: qsTr("Copy the answer"); key: "Ctrl Shift C"; icon_: "copy"; enabled: !header.app.chat.empty; onTriggered: header.app.chat.copyAnswer(0) }
        MenuRow { text: qsTr("Copy the thought"); icon_: "thought"; enabled: !header.app.chat.empty; onTriggered: header.app.chat.copyThought(0) }
        MenuRow { text: qsTr("Copy both"); icon_: "copy"; enabled: !header.app.chat.empty; onTriggered: header.app.chat.copyBoth(0) }
        MenuRow { text: qsTr("What the model sees"); note: header.app.chat.pastThoughtsRule === "" ? "" : qsTr("past thoughts: %1").arg(header.app.chat.pastThoughtsRule); icon_: "thought"; enabled: !header.app.chat.empty; onTriggered: header.promptWanted() }
        MenuRow { text: qsTr("Keys"); key: "Ctrl /"; icon_: "keyboard"; onTriggered: header.helpWanted() }
    }
}
