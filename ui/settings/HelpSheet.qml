import QtQuick
import Soliloquy

// Every key of the window.
Sheet {
    id: sheet
    title: qsTr("Keys")
    widest: 520
    readonly property var groups: [
        { name: qsTr("Everywhere"), keys: [
            ["Ctrl+N", qsTr("New chat")], ["Ctrl+L", qsTr("Write a message")], ["Ctrl+K", qsTr("Search")], ["Esc", qsTr("Stop; close what floats")],
            ["Ctrl+Shift+T", qsTr("Show or fold the last thought")], ["Ctrl+Shift+A", qsTr("Answer now; a second time: at once")],
            ["Ctrl+Shift+C", qsTr("Copy the last answer")], ["Ctrl+B", qsTr("Show or hide the conversations")], ["F6", qsTr("Next pane")],
            ["Ctrl+,", qsTr("Settings")], ["Ctrl+/", qsTr("This list")], ["Ctrl+Q", qsTr("Quit")]] },
        { name: qsTr("Writing"), keys: [["Enter", qsTr("Send")], ["Shift+Enter", qsTr("New line")], ["Tab", qsTr("Next control")]] },
        { name: qsTr("Conversations"), keys: [["Up, Down", qsTr("Move")], ["Enter", qsTr("Open")], ["F2", qsTr("Rename")], ["Del", qsTr("Delete, can be undone")]] },
        { name: qsTr("Conversation and thought"), keys: [["Up, Down", qsTr("Scroll")], ["Page Up, Page Down, Space", qsTr("By the page")], ["Home", qsTr("To the beginning")], ["End", qsTr("To the newest, and follow")]] }
    ]
    Repeater {
        model: sheet.groups
        Column {
            required property var modelData
            width: parent ? parent.width : 0
            SectionHead { text: parent.modelData.name }
            Item { width: 1; height: 4 }
            Repeater {
                model: parent.modelData.keys
                Item {
                    required property var modelData
                    width: parent ? parent.width : 0
                    height: 30
                    Accessible.role: Accessible.StaticText
                    Accessible.name: modelData[0] + ": " + modelData[1]
                    Words { height: parent.height; width: parent.width - key.width - 12; text: parent.modelData[1]; elide: Text.ElideRight; Accessible.ignored: true }
                    Rectangle {
                        id: key
                        anchors.right: parent.right
                        anchors.verticalCenter: parent.verticalCenter
                        width: label.implicitWidth + 14
                        height: 22
                        radius: 4
                        color: Theme.field
                        Words { id: label; anchors.centerIn: parent; text: parent.parent.modelData[0]; font.pixelSize: Theme.size12; color: Theme.muted; Accessible.ignored: true }
                    }
                }
            }
        }
    }
}
