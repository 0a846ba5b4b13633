import QtQuick
import QtQuick.Templates as T
import Soliloquy

// Where a question is written: grows to eight lines, Enter sends, Shift+Enter breaks the line.
FocusScope {
    id: composer
    required property QtObject app
    property bool narrow: false
    readonly property bool waiting: app.composer.waiting
    readonly property bool busy: app.chat.busy || waiting
    readonly property int lineHeight: Math.round(24 * Theme.scale)

    implicitHeight: box.height
    function send() { if (app.composer.send()) sent() }
    signal sent()

    Rectangle {
        anchors.fill: box
        anchors.margins: -2
        radius: Theme.radiusLarge + 2
        color: Theme.accentTint
        visible: input.activeFocus
    }
    Rectangle {
        id: box
        width: parent.width
        height: pasted.height + scroll.height + 60
        radius: Theme.radiusLarge
        color: Theme.raised
        border.width: 1
        border.color: input.activeFocus ? Theme.accent : Theme.line

        PastedBlocks {
            id: pasted
            x: 12
            y: 12
            width: parent.width - 24
            source: composer.app.composer
        }
        Flickable {
            id: scroll
            x: 1
            y: 10 + pasted.height
            width: parent.width - 2
            height: Math.min(input.implicitHeight, 8 * Math.ceil(metrics.lineSpacing) + 6)
            contentWidth: width
            contentHeight: input.implicitHeight
            clip: true
            boundsBehavior: Flickable.StopAtBounds
            T.ScrollBar.vertical: ThinScrollBar {}
            FontMetrics { id: metrics; font: input.font }
            function show(rect) {
                if (rect.y < contentY) contentY = rect.y
                else if (rect.y + rect.height > contentY + height) contentY = rect.y + rect.height - height
            }
            TextEdit {
                id: input
                width: scroll.width
                focus: true
                textFormat: TextEdit.PlainText
                readOnly: composer.waiting
                leftPadding: 12
                rightPadding: 12
                topPadding: 3
                bottomPadding: 3
                wrapMode: TextEdit.Wrap
                selectByMouse: true
                activeFocusOnTab: true
                font.family: Theme.fontFamily
                font.pixelSize: Theme.size16
                color: Theme.text
                selectionColor: Theme.dark ? "#3A4470" : "#C9D4FB"
                selectedTextColor: Theme.text
                Accessible.role: Accessible.EditableText
                Accessible.name: "Message"
                Accessible.multiLine: true
                Accessible.focusable: true
                text: composer.app.composer.text
                onTextChanged: composer.app.composer.text = text
                onCursorRectangleChanged: scroll.show(cursorRectangle)
                Keys.onPressed: event => {
                    const enter = event.key === Qt.Key_Return || event.key === Qt.Key_Enter
                    if (event.matches(StandardKey.Paste)) {
                        event.accepted = composer.app.composer.pasteClipboard(input.selectionStart, input.selectionEnd)
                        if (event.accepted) input.cursorPosition = 0
                    } else if (enter && !(event.modifiers & (Qt.ShiftModifier | Qt.AltModifier))) {
                        composer.send()
                        event.accepted = true
                    } else if (event.key === Qt.Key_Tab && event.modifiers === Qt.NoModifier) {
                        input.nextItemInFocusChain(true).forceActiveFocus(Qt.TabFocusReason)
                        event.accepted = true
                    }
                }
                MouseArea {  // the selection of another window, which the middle button pastes
                    anchors.fill: parent
                    acceptedButtons: Qt.MiddleButton
                    cursorShape: Qt.IBeamCursor
                    onPressed: mouse => {
                        const at = input.positionAt(mouse.x, mouse.y)
                        mouse.accepted = composer.app.composer.pasteClipboard(at, at, true)
                    }
                }
                Connections {
                    target: composer.app.composer
                    function onTextChanged() {
                        if (input.text === composer.app.composer.text) return
                        input.text = composer.app.composer.text
                        input.cursorPosition = input.length
                    }
                }
                Words {
                    x: 12
                    y: 3
                    height: input.implicitHeight - 6
                    visible: input.text === "" && input.preeditText === "" && pasted.count === 0
                    text: composer.app.chat.thinking ? qsTr("Write the next question while it thinks") : composer.busy ? qsTr("Write the next question while it writes") : qsTr("Ask anything. It stays here.")
                    font.pixelSize: Theme.size16
                    color: Theme.faint
                    Accessible.ignored: true
                }
            }
        }
        ThinkingChip {
            id: thinkingChip
            x: 12
            anchors.bottom: parent.bottom
            anchors.bottomMargin: 10
            visible: composer.app.chat.canThink
            settings: composer.app.settings
            switchable: composer.app.chat.thinkingSwitchable
            narrow: composer.narrow
        }
        Words {
            anchors.left: thinkingChip.visible ? thinkingChip.right : parent.left
            anchors.leftMargin: 12
            anchors.right: action.left
            anchors.verticalCenter: action.verticalCenter
            visible: composer.waiting
            text: qsTr("Sent as soon as the model is open")
            elide: Text.ElideRight
            font.pixelSize: Theme.size12
            color: Theme.muted
        }
        Row {
            anchors.right: action.left
            anchors.rightMargin: 12
            anchors.verticalCenter: action.verticalCenter
            spacing: 8
            visible: composer.app.composer.meterKnown
            ProgressLine {
                anchors.verticalCenter: parent.verticalCenter
                width: 64
                value: composer.app.composer.meterFraction
                fill: value > 0.9 ? Theme.danger : value > 0.75 ? Theme.amber : Theme.muted
                Accessible.name: qsTr("Context: %1 tokens").arg(composer.app.composer.meterText)
            }
            Words {
                text: composer.narrow ? composer.app.composer.meterShort : composer.app.composer.meterText
                font.pixelSize: Theme.size12
                color: Theme.faint
                Accessible.ignored: true
                HoverHandler { id: meterHover }
                Hint { text: qsTr("Tokens of the conversation, of the context this model has"); visible: meterHover.hovered }
            }
        }
        PressButton {
            id: action
            anchors.right: parent.right
            anchors.rightMargin: 12
            anchors.bottom: parent.bottom
            anchors.bottomMargin: 8
            width: 32
            height: 32
            ring: 8
            enabled: composer.busy || composer.app.composer.canSend
            opacity: 1
            name: composer.busy ? "Stop" : "Send"
            hint: composer.busy ? qsTr("Stop (Esc)") : qsTr("Send (Enter)")
            onClicked: composer.waiting ? composer.app.composer.takeBack() : composer.busy ? composer.app.chat.stop() : composer.send()
            background: Rectangle {
                radius: 8
                color: action.hovered && action.enabled ? Theme.accentHover : Theme.accent
                opacity: action.enabled ? 1 : 0.5
            }
            contentItem: Item {
                Icon {
                    anchors.centerIn: parent
                    name: composer.busy ? "stop" : "arrow-up"
                    size: composer.busy ? 20 : 18
                    color: Theme.accentText
                }
            }
        }
    }
}
