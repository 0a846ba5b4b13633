import QtQuick
import Soliloquy

// The outline of what the keyboard is on.
Rectangle {
    property bool shown: false
    anchors.fill: parent
    anchors.margins: -2
    radius: Theme.radius + 2
    color: "transparent"
    border.width: 2
    border.color: Theme.accent
    visible: shown
}
