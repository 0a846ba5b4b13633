import QtQuick
import Soliloquy

// Floats above what is being written when the reader is elsewhere.
PressButton {
    id: control
    property bool small: false
    text: qsTr("Jump to newest")
    leftPadding: 13
    rightPadding: 10
    implicitHeight: small ? 26 : 30
    ring: 15
    background: Rectangle {
        radius: height / 2
        color: control.hovered ? Theme.raisedHover : Theme.raised
        border.width: 1
        border.color: Theme.line
        Shadow { z: -1; radius: 15 }
    }
    contentItem: Row {
        spacing: 4
        Words { height: parent.height; text: control.text; font.pixelSize: Theme.size12; Accessible.ignored: true }
        Icon { anchors.verticalCenter: parent.verticalCenter; name: "arrow-down"; size: 14; color: Theme.text }
    }
}
