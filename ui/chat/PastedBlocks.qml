import QtQuick
import QtQuick.Templates as T
import Soliloquy

// Pasted texts too long to be shown in the composer, in their order, each below what was typed before it.
ListView {
    id: list
    required property QtObject source

    model: source.blocks
    height: count > 0 ? Math.min(contentHeight, 168) + 8 : 0
    visible: count > 0
    spacing: 8
    clip: true
    boundsBehavior: Flickable.StopAtBounds
    onCountChanged: positionViewAtEnd()
    T.ScrollBar.vertical: ThinScrollBar {}
    Accessible.role: Accessible.List
    Accessible.name: qsTr("Pasted texts")

    delegate: Column {
        id: block
        required property int index
        required property var modelData
        width: list.width
        spacing: 6
        Words {
            width: parent.width
            visible: text !== ""
            text: block.modelData.before
            font.pixelSize: Theme.size16
            wrapMode: Text.Wrap
            maximumLineCount: 2
            elide: Text.ElideRight
        }
        Rectangle {
            width: parent.width
            height: Math.round(44 * Math.max(1, Theme.scale))
            radius: Theme.radius
            color: Theme.raisedHover
            border.width: 1
            border.color: Theme.line
            Icon {
                id: mark
                x: 12
                anchors.verticalCenter: parent.verticalCenter
                name: "file"
                size: 18
                color: Theme.muted
            }
            Words {
                id: title
                anchors.left: mark.right
                anchors.leftMargin: 10
                height: parent.height
                text: qsTr("Pasted text")
                font.weight: Font.DemiBold
            }
            Words {
                anchors.left: title.right
                anchors.leftMargin: 8
                anchors.right: buttons.left
                anchors.rightMargin: 8
                height: parent.height
                text: block.modelData.note
                elide: Text.ElideRight
                font.pixelSize: Theme.size12
                color: Theme.muted
            }
            Row {
                id: buttons
                anchors.right: parent.right
                anchors.rightMargin: 8
                anchors.verticalCenter: parent.verticalCenter
                spacing: 4
                TextButton {
                    bare: true
                    visible: block.modelData.showable
                    text: qsTr("Show as text")
                    onClicked: list.source.showBlock(block.index)
                }
                IconButton {
                    name: qsTr("Remove pasted text")
                    icon_: "close"
                    iconSize: 16
                    onClicked: list.source.removeBlock(block.index)
                }
            }
        }
    }
}
