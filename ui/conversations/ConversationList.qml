import QtQuick
import QtQuick.Templates as T
import Soliloquy

// The conversations by section. Arrows move, Enter opens, F2 renames, Delete deletes (and can be undone).
ListView {
    id: list
    required property QtObject conversations
    property var renaming: 0
    signal chosen()

    model: conversations
    clip: true
    activeFocusOnTab: true
    boundsBehavior: Flickable.StopAtBounds
    keyNavigationEnabled: true
    currentIndex: -1
    highlightFollowsCurrentItem: false
    T.ScrollBar.vertical: ThinScrollBar {}
    Accessible.role: Accessible.List
    Accessible.name: "Conversations"

    onActiveFocusChanged: if (activeFocus && currentIndex < 0) currentIndex = Math.max(0, conversations.rowOf(conversations.current))
    Keys.onReturnPressed: if (currentItem) currentItem.open()
    Keys.onEnterPressed: if (currentItem) currentItem.open()
    Keys.onSpacePressed: if (currentItem) currentItem.open()
    Keys.onPressed: event => {
        if (!currentItem) return
        if (event.key === Qt.Key_F2) { list.renaming = currentItem.conversation; event.accepted = true }
        if (event.key === Qt.Key_Delete) { list.conversations.remove(currentItem.conversation); event.accepted = true }
    }

    section.property: "group"
    section.delegate: Item {
        required property string section
        width: list.width
        height: 38
        Words {
            x: 20
            anchors.bottom: parent.bottom
            anchors.bottomMargin: 5
            text: parent.section
            font.pixelSize: Theme.size12
            color: Theme.faint
            Accessible.role: Accessible.Heading
        }
    }
    delegate: ConversationRow {
        x: 12
        width: list.width - 24
        present: list.conversations.current === conversation
        marked: list.activeFocus && ListView.isCurrentItem
        editing: list.renaming === conversation
        onOpened: { list.currentIndex = index; list.conversations.open(conversation); list.chosen() }
        onRenameWanted: list.renaming = conversation
        onRenamed: title => { list.conversations.rename(conversation, title); list.renaming = 0; list.forceActiveFocus() }
        onRenameLeft: list.renaming = 0
        onPinWanted: list.conversations.setPinned(conversation, !pinned)
        onRemoveWanted: list.conversations.remove(conversation)
    }
    Words {
        anchors.centerIn: parent
        width: parent.width - 48
        visible: list.count === 0
        horizontalAlignment: Text.AlignHCenter
        wrapMode: Text.Wrap
        text: qsTr("Your conversations will be listed here.")
        color: Theme.faint
        font.pixelSize: Theme.size12
    }
}
