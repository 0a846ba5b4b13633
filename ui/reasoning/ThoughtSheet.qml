import QtQuick
import QtQuick.Templates as T
import Soliloquy

// The sheet of paper with the lines of a thought. It scrolls by itself, follows while the model writes, and lets go when the reader scrolls up.
Item {
    id: sheet
    property QtObject lines
    property int highest: 360
    property bool follow: true
    readonly property bool live: lines !== null && lines.live
    signal reading()

    height: Math.min(highest, Math.max(24 + Theme.thoughtLine, Math.ceil(list.contentHeight)))
    function toEnd() { follow = true; list.positionViewAtEnd() }

    Item {
        anchors.fill: parent
        clip: true
        Rectangle {
            x: -Theme.radiusLarge
            width: parent.width + Theme.radiusLarge
            height: parent.height
            radius: Theme.radiusLarge
            color: Theme.thought
        }
        Rectangle {
            width: 2
            height: parent.height
            color: Theme.thoughtRule
        }
    }
    ListView {
        id: list
        anchors.fill: parent
        clip: true
        model: sheet.lines
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: true
        cacheBuffer: 400
        pixelAligned: true
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Lines of the thought")
        T.ScrollBar.vertical: ThinScrollBar {}
        header: Item { height: 12 }
        footer: Item { height: 12 }
        onContentHeightChanged: if (sheet.follow && sheet.live && !moving) positionViewAtEnd()
        onHeightChanged: if (sheet.follow && sheet.live && !moving) positionViewAtEnd()
        onContentYChanged: if (moving) sheet.follow = atYEnd
        onMovementStarted: sheet.reading()
        onMovementEnded: sheet.follow = atYEnd
        Keys.onPressed: event => {
            const page = Math.max(40, height - 40), last = Math.max(0, contentHeight - height)
            const steps = { [Qt.Key_Up]: -44, [Qt.Key_Down]: 44, [Qt.Key_PageUp]: -page, [Qt.Key_PageDown]: page, [Qt.Key_Space]: page }
            if (event.key === Qt.Key_End) sheet.toEnd()
            else if (event.key === Qt.Key_Home) { positionViewAtBeginning(); sheet.follow = false }
            else if (steps[event.key] !== undefined && !(event.modifiers & (Qt.ControlModifier | Qt.AltModifier))) {
                contentY = originY + Math.max(0, Math.min(last, contentY - originY + steps[event.key]))
                sheet.follow = atYEnd
                sheet.reading()
            } else return
            event.accepted = true
        }
        delegate: ThoughtLine {
            width: list.width
            timed: sheet.live
        }
        FocusRing { shown: list.activeFocus; anchors.margins: 1; radius: 4 }
    }
    JumpButton {
        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 8
        visible: sheet.live && !sheet.follow
        small: true
        onClicked: sheet.toEnd()
    }
}
