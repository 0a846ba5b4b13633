import QtQuick
import QtQuick.Templates as T
import Soliloquy

// The conversation. It follows what is written until the reader scrolls up.
ListView {
    id: list
    required property QtObject chat
    property bool following: true
    signal linkPressed(string address)
    function toEnd() { following = true; positionViewAtEnd() }
    function follow() { if (following && !moving) positionViewAtEnd() }
    function showMessage(message) {
        const row = chat.parts.rowOfMessage(message)
        if (row < 0) return
        following = false
        forceLayout()
        positionViewAtIndex(row, ListView.Beginning)
    }
    function scrollBy(pixels) {
        const last = Math.max(0, contentHeight - height)
        contentY = originY + Math.max(0, Math.min(last, contentY - originY + pixels))
        following = nearEnd()
    }
    function nearEnd() { return contentY - originY >= contentHeight - height - 24 }

    model: chat.parts
    delegate: MessagePartChooser {}
    header: Item { height: 24 }
    footer: Item { height: 24 }
    clip: true
    boundsBehavior: Flickable.StopAtBounds
    activeFocusOnTab: true
    keyNavigationEnabled: false
    cacheBuffer: 600
    pixelAligned: true
    currentIndex: -1
    Accessible.role: Accessible.List
    Accessible.name: qsTr("Conversation")
    T.ScrollBar.vertical: ThinScrollBar {}

    Binding { target: list.chat.parts; property: "following"; value: list.following }
    Connections {
        target: list.chat.parts
        function onModelReset() { list.toEnd() }
    }
    onContentHeightChanged: follow()
    onHeightChanged: follow()
    onCountChanged: follow()
    onContentYChanged: if (moving) following = nearEnd()
    onMovementEnded: following = nearEnd()
    Keys.onUpPressed: scrollBy(-56)
    Keys.onDownPressed: scrollBy(56)
    Keys.onPressed: event => {
        if (event.modifiers & (Qt.ControlModifier | Qt.AltModifier)) return
        if (event.key === Qt.Key_PageUp) scrollBy(-height + 56)
        else if (event.key === Qt.Key_PageDown || event.key === Qt.Key_Space) scrollBy(height - 56)
        else if (event.key === Qt.Key_Home) { following = false; positionViewAtBeginning() }
        else if (event.key === Qt.Key_End) toEnd()
        else return
        event.accepted = true
    }
    Rectangle {
        anchors.fill: parent
        color: "transparent"
        border.width: 2
        border.color: Theme.accent
        visible: list.activeFocus
        opacity: 0.6
    }
}
