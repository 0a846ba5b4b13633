/// app/viewmodels/icon_provider.cpp: reads the SVG, puts the colour in, paints it at the size asked for.
#include "app/viewmodels/icon_provider.h"

#include <QFile>
#include <QPainter>
#include <QSvgRenderer>

namespace soliloquy {

IconProvider::IconProvider() : QQuickImageProvider(QQuickImageProvider::Image) {}

QImage IconProvider::requestImage(const QString& id, QSize* size, const QSize& requested) {
    const QString name = id.section(u'/', 0, 0);
    const QString colour = id.section(u'/', 1, 1);
    const QSize wanted = requested.isValid() && !requested.isEmpty() ? requested : QSize(20, 20);
    if (size != nullptr) *size = wanted;
    QImage image(wanted, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QFile file(QStringLiteral(":/soliloquy/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly)) return image;
    QByteArray source = file.readAll();
    const QColor color(u'#' + colour);
    source.replace("COLOR", color.isValid() ? color.name(QColor::HexRgb).toLatin1() : QByteArray("#808080"));
    QSvgRenderer renderer(source);
    QPainter painter(&image);
    if (color.isValid()) painter.setOpacity(color.alphaF());
    renderer.render(&painter);
    return image;
}

}  // namespace soliloquy
