import QtQuick
import Soliloquy

// A field for several lines.
Rectangle {
    id: box
    property alias text: edit.text
    property string name
    property string placeholder
    property int least: 72
    readonly property alias active: edit.activeFocus
    signal leaving()

    implicitHeight: Math.max(least, edit.implicitHeight)
    height: implicitHeight
    radius: Theme.radius
    color: Theme.raised
    border.width: edit.activeFocus ? 2 : 1
    border.color: edit.activeFocus ? Theme.accent : Theme.line
    TextEdit {
        id: edit
        width: parent.width
        height: parent.height
        padding: 10
        textFormat: TextEdit.PlainText
        wrapMode: TextEdit.Wrap
        selectByMouse: true
        activeFocusOnTab: true
        font.family: Theme.fontFamily
        font.pixelSize: Theme.size13
        color: Theme.text
        selectionColor: Theme.dark ? "#3A4470" : "#C9D4FB"
        selectedTextColor: Theme.text
        Accessible.role: Accessible.EditableText
        Accessible.name: box.name
        Accessible.multiLine: true
        Keys.onTabPressed: nextItemInFocusChain(true).forceActiveFocus(Qt.TabFocusReason)
        Keys.onBacktabPressed: nextItemInFocusChain(false).forceActiveFocus(Qt.BacktabFocusReason)
        onActiveFocusChanged: if (!activeFocus) box.leaving()
        Words {
            x: 10
            y: 10
            width: parent.width - 20
            visible: edit.text === "" && edit.preeditText === "" && text !== ""
            text: box.placeholder
            color: Theme.faint
            wrapMode: Text.Wrap
            Accessible.ignored: true
        }
    }
}
