import QtQuick
import QtQuick.Templates as T
import Soliloquy

// A one-line field.
T.TextField {
    id: control
    property string name
    property bool wrong: false
    implicitWidth: 200
    implicitHeight: Theme.row
    leftPadding: 10
    rightPadding: 10
    topPadding: 0
    bottomPadding: 0
    verticalAlignment: TextInput.AlignVCenter
    font.family: Theme.fontFamily
    font.pixelSize: Theme.size13
    color: Theme.text
    placeholderTextColor: Theme.faint
    selectionColor: Theme.dark ? "#3A4470" : "#C9D4FB"
    selectedTextColor: Theme.text
    selectByMouse: true
    Accessible.name: control.name
    background: Rectangle {
        radius: Theme.radius
        color: Theme.raised
        border.width: control.activeFocus ? 2 : 1
        border.color: control.wrong ? Theme.danger : control.activeFocus ? Theme.accent : Theme.line
    }
    Words {
        x: control.leftPadding
        width: control.width - control.leftPadding - control.rightPadding
        height: control.height
        visible: control.text === "" && control.preeditText === ""
        text: control.placeholderText
        color: Theme.faint
        elide: Text.ElideRight
        Accessible.ignored: true
    }
}
