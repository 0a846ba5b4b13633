import QtQuick
import Soliloquy

// A small outlined button ("Answer now"), a filled one for the main action, or a bare one.
PressButton {
    id: control
    property bool primary: false
    property bool bare: false
    property bool danger: false
    property string icon_: ""

    leftPadding: 10
    rightPadding: 10
    implicitHeight: Math.round(26 * Math.max(1, Theme.scale))
    background: Rectangle {
        radius: Theme.radius
        color: control.primary ? (control.hovered ? Theme.accentHover : Theme.accent)
             : control.bare ? (control.hovered ? Theme.field : "transparent")
             : control.hovered || control.pressed ? Theme.raisedHover : Theme.raised
        border.width: control.primary || control.bare ? 0 : 1
        border.color: Theme.line
    }
    contentItem: Row {
        spacing: 6
        Icon {
            anchors.verticalCenter: parent.verticalCenter
            visible: control.icon_ !== ""
            name: control.icon_
            size: 16
            color: label.color
        }
        Words {
            id: label
            height: parent.height
            text: control.text
            font.pixelSize: Theme.size13
            color: control.primary ? Theme.accentText : control.danger ? Theme.danger : Theme.text
            Accessible.ignored: true
        }
    }
}
