import QtQuick
import Soliloquy

// A square button with an icon; its name and key are in the hint.
PressButton {
    id: control
    property string icon_: ""
    property color tint: Theme.muted
    property int iconSize: 18
    property bool lit: false

    hint: name
    implicitWidth: 28
    implicitHeight: 28
    background: Rectangle {
        radius: Theme.radius
        color: control.lit ? Theme.accentTint : control.hovered || control.pressed ? Theme.field : "transparent"
    }
    contentItem: Item {
        Icon {
            anchors.centerIn: parent
            name: control.icon_
            size: control.iconSize
            color: control.lit ? Theme.accent : control.hovered ? Theme.text : control.tint
        }
    }
}
