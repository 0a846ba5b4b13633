import QtQuick
import Soliloquy

// One line of the sidebar that does something.
PressButton {
    id: control
    property string icon_
    property string note

    implicitHeight: Theme.row
    background: Rectangle {
        radius: Theme.radius
        color: control.hovered ? Theme.hover : "transparent"
    }
    contentItem: Item {
        Icon {
            x: 7
            anchors.verticalCenter: parent.verticalCenter
            name: control.icon_
            size: 18
            color: Theme.text
        }
        Words {
            x: 32
            width: parent.width - 40 - aside.implicitWidth
            height: parent.height
            text: control.text
            elide: Text.ElideRight
            Accessible.ignored: true
        }
        Words {
            id: aside
            anchors.right: parent.right
            anchors.rightMargin: 8
            height: parent.height
            text: control.note
            font.pixelSize: Theme.size11
            color: Theme.faint
            Accessible.ignored: true
        }
    }
}
