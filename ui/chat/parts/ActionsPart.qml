import QtQuick
import Soliloquy

// Below an answer: copy, write it again, the other versions, its length.
PartFrame {
    id: part
    required property var message
    required property string note
    required property int sibling
    required property int siblings
    required property bool hasThought
    required property bool hasAnswer
    required gap

    Row {
        x: -6
        height: 28
        spacing: 2
        IconButton {
            id: copy
            visible: part.hasAnswer || part.hasThought
            icon_: "copy"
            name: qsTr("Copy the answer")
            hint: qsTr("Copy the answer (Ctrl+Shift+C)")
            onClicked: part.hasThought ? menu.popup(copy, 0, copy.height + 2) : part.list.chat.copyAnswer(part.message)
            MenuPopup {
                id: menu
                MenuRow { text: qsTr("Copy the answer"); enabled: part.hasAnswer; onTriggered: part.list.chat.copyAnswer(part.message) }
                MenuRow { text: qsTr("Copy the thought"); onTriggered: part.list.chat.copyThought(part.message) }
                MenuRow { text: qsTr("Copy both"); enabled: part.hasAnswer; onTriggered: part.list.chat.copyBoth(part.message) }
            }
        }
        IconButton {
            icon_: "refresh"
            enabled: !part.list.chat.busy
            name: qsTr("Write it again")
            hint: qsTr("Write it again; this version is kept")
            onClicked: part.list.chat.regenerate(part.message)
        }
        Words {
            leftPadding: 8
            height: 28
            visible: part.note !== ""
            text: part.note
            font.pixelSize: Theme.size12
            color: Theme.faint
        }
        Words {
            height: 28
            leftPadding: 4
            visible: part.siblings > 1 && part.note !== ""
            text: "·"
            font.pixelSize: Theme.size12
            color: Theme.faint
        }
        BranchSwitch {
            visible: part.siblings > 1
            enabled: !part.list.chat.busy
            sibling: part.sibling
            siblings: part.siblings
            onPicked: index => part.list.chat.switchBranch(part.message, index)
        }
    }
}
