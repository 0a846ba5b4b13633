import QtQuick
import Soliloquy

// A soft shadow out of a few translucent frames: it needs no shader and looks the same on every graphics backend.
Item {
    id: shadow
    property real radius: Theme.radiusLarge
    anchors.fill: parent
    Repeater {
        model: 6
        Rectangle {
            required property int index
            anchors.fill: parent
            anchors.margins: -(index * 2 + 1)
            anchors.topMargin: -(index * 2 - 2)
            anchors.bottomMargin: -(index * 2 + 5)
            radius: shadow.radius + index * 2
            color: Qt.rgba(0.12, 0.11, 0.09, (Theme.dark ? 0.10 : 0.018))
        }
    }
}
