import QtQuick
import Soliloquy

// A fact in the header that can be pressed: the model, the device.
PressButton {
    id: control
    property string dot: ""      // "", "ok", "busy", "error"
    property bool opens: false   // shows a chevron
    property int widest: 220

    leftPadding: 8
    rightPadding: 8
    implicitHeight: 24
    implicitWidth: Math.min(widest, contentItem.implicitWidth + 16)
    background: Rectangle {
        radius: Theme.radius
        color: control.hovered ? Theme.raisedHover : Theme.window
        border.width: 1
        border.color: Theme.line
    }
    contentItem: Item {
        implicitWidth: (control.dot !== "" ? 12 : 0) + words.implicitWidth + (control.opens ? 20 : 0)
        Rectangle {
            id: mark
            anchors.verticalCenter: parent.verticalCenter
            width: 6
            height: 6
            radius: 3
            visible: control.dot !== ""
            color: control.dot === "ok" ? Theme.ok : control.dot === "error" ? Theme.danger : Theme.amber
        }
        Words {
            id: words
            anchors.left: mark.visible ? mark.right : parent.left
            anchors.leftMargin: mark.visible ? 6 : 0
            anchors.right: chevron.visible ? chevron.left : parent.right
            anchors.rightMargin: chevron.visible ? 4 : 0
            height: parent.height
            text: control.text
            elide: Text.ElideMiddle
            Accessible.ignored: true
            font.pixelSize: Theme.size12
            color: Theme.muted
        }
        Icon {
            id: chevron
            anchors.right: parent.right
            anchors.verticalCenter: parent.verticalCenter
            visible: control.opens
            name: "chevron-down"
            size: 16
        }
    }
}
