import QtQuick
import QtQuick.Templates as T
import Soliloquy

// What the search found; chips say where it looks.
FocusScope {
    id: results
    required property QtObject app
    signal chosen()
    signal found(var message)  // its conversation is on the desk now

    Row {
        id: chips
        x: 12
        spacing: 4
        Repeater {
            model: [{ value: "all", text: qsTr("All") }, { value: "answers", text: qsTr("Answers") }, { value: "thoughts", text: qsTr("Thoughts") }]
            PressButton {
                id: chip
                required property var modelData
                readonly property bool taken: results.app.search.scope === modelData.value
                text: modelData.text
                name: qsTr("Search in: %1").arg(modelData.text)
                leftPadding: 10
                rightPadding: 10
                implicitHeight: 24
                ring: 12
                Accessible.checked: taken
                onClicked: results.app.search.scope = modelData.value
                background: Rectangle {
                    radius: 12
                    color: chip.taken ? Theme.accentTint : chip.hovered ? Theme.hover : "transparent"
                    border.width: chip.taken ? 0 : 1
                    border.color: Theme.line
                }
                contentItem: Words {
                    text: chip.text
                    font.pixelSize: Theme.size12
                    color: chip.taken ? Theme.accent : Theme.muted
                }
            }
        }
    }
    ListView {
        id: list
        anchors.top: chips.bottom
        anchors.topMargin: 8
        anchors.bottom: parent.bottom
        width: parent.width
        focus: true
        clip: true
        activeFocusOnTab: true
        boundsBehavior: Flickable.StopAtBounds
        model: results.app.search
        T.ScrollBar.vertical: ThinScrollBar {}
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Search results")
        Accessible.ignored: !visible
        onActiveFocusChanged: if (activeFocus && currentIndex < 0 && count > 0) currentIndex = 0
        Keys.onReturnPressed: if (currentItem) currentItem.open()
        Keys.onEnterPressed: if (currentItem) currentItem.open()
        delegate: Rectangle {
            id: hit
            required property int index
            required property var conversation
            required property var message
            required property string title
            required property string snippet
            required property string plain
            required property string where
            function open() { list.currentIndex = index; results.app.showMessage(conversation, message); results.chosen(); results.found(message) }
            x: 12
            width: list.width - 24
            height: lines.implicitHeight + 16
            radius: Theme.radius
            color: hover.hovered ? Theme.hover : "transparent"
            border.width: list.activeFocus && ListView.isCurrentItem ? 2 : 0
            border.color: Theme.accent
            Accessible.role: Accessible.ListItem
            Accessible.name: hit.title + ", " + hit.where + ": " + hit.plain
            Accessible.onPressAction: hit.open()
            HoverHandler { id: hover; cursorShape: Qt.PointingHandCursor }
            TapHandler { onTapped: hit.open() }
            Column {
                id: lines
                x: 8
                y: 8
                width: parent.width - 16
                spacing: 2
                Item {
                    width: parent.width
                    height: title.implicitHeight
                    Words { id: title; width: parent.width - where.implicitWidth - 8; text: hit.title; elide: Text.ElideRight }
                    Words { id: where; anchors.right: parent.right; text: hit.where; font.pixelSize: Theme.size12; color: Theme.faint }
                }
                RichTextLine {
                    width: parent.width
                    text: hit.snippet
                    maximumLineCount: 3
                }
            }
        }
    }
    Words {
        anchors.centerIn: parent
        width: parent.width - 48
        visible: list.count === 0
        horizontalAlignment: Text.AlignHCenter
        wrapMode: Text.Wrap
        text: qsTr("Nothing found.")
        color: Theme.faint
    }
}
