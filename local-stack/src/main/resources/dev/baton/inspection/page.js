'use strict';
(() => {
  const model = JSON.parse(document.getElementById('model').textContent);
  const charts = document.getElementById('charts');
  const hover = document.getElementById('hover');
  const axisChoice = document.getElementById('axis');
  const positions = model.operators.length + 1;
  const pointAt = new Map(model.points.map(point => [point.at, point]));
  const known = model.operators.some(operator => operator.flops == null) ? 0
    : model.operators.reduce((sum, operator) => sum + operator.flops, 0);
  let byDepth = known > 0;
  let drawn = [];

  if (model.operators.length === 0) {
    return;
  }

  const at = (position, value) => position === 0 ? null : value(model.operators[position - 1]) ?? null;
  const column = value => Array.from({length: positions}, (_, position) => value(position));
  const depth = (() => {
    let sum = 0;
    return column(position => {
      sum += at(position, operator => operator.flops) ?? 0;
      return known > 0 ? 100 * sum / known : position;
    });
  })();
  const order = column(position => position);
  const positive = value => value == null ? null : Math.max(value, 1);

  const scaled = (value, unit, step) => {
    const prefixes = ['', 'k', 'M', 'G', 'T'];
    let power = 0;
    while (Math.abs(value) >= 999.5 && power < prefixes.length - 1) {
      value /= step;
      power++;
    }
    return `${power > 0 && value < 9.95 && value % 1 !== 0 ? value.toFixed(1) : Math.round(value)} ${prefixes[power]}${unit}`;
  };
  const bytes = value => scaled(value, 'B', 1000);
  const flops = value => scaled(value, 'FLOPs', 1000);
  const micros = value => value >= 1000 ? `${(value / 1000).toFixed(value < 9950 ? 2 : 1)} ms` : `${value.toFixed(value < 10 ? 1 : 0)} µs`;
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  const TOLERABLE = 0.01;
  const smallest = point => {
    const sizes = point.codecs.filter(codec => codec.error <= TOLERABLE).map(codec => codec.bytes);
    return sizes.length === 0 ? null : Math.min(...sizes);
  };

  const figures = [
    {
      title: 'What would cross',
      unit: bytes,
      log: true,
      series: [
        {label: 'raw bytes, divided after each operator', colour: 'live', stepped: true, values: column(position => positive(
          position === 0 ? model.inputBytes : at(position, operator => operator.live)))},
        {label: 'split points, raw', colour: 'live', dots: true, values: column(position => positive(
          pointAt.get(position)?.index === model.points.length - 1 ? null : pointAt.get(position)?.bytes))},
        {label: `split points, smallest codec within ${100 * TOLERABLE} % error`, colour: 'encoded', dots: true, values: column(position => positive(
          pointAt.has(position) ? smallest(pointAt.get(position)) : null))},
        {label: `the picture as JPEG (${model.jpegBytes == null ? '' : bytes(model.jpegBytes)})`, colour: 'picture', dash: true,
          values: column(() => model.jpegBytes ?? null)},
      ],
    },
    {
      title: 'FLOPs of each operator',
      unit: flops,
      log: true,
      series: [{label: 'FLOPs', colour: 'flops', bars: true, values: column(position => {
        const value = at(position, operator => operator.flops);
        return value > 0 ? value : null;
      })}],
    },
    {
      title: `Time of each operator${model.device ? ` on ${model.device}` : ''}`,
      unit: micros,
      series: [{label: 'measured', colour: 'time', bars: true, values: column(position => at(position, operator => operator.micros))}],
    },
    {
      title: `Time of head and tail${model.device ? ` on ${model.device}` : ''}`,
      unit: micros,
      series: [
        {label: 'head', colour: 'head', joined: true, values: column(position => pointAt.get(position)?.headMicros ?? null)},
        {label: 'tail', colour: 'tail', joined: true, values: column(position => pointAt.get(position)?.tailMicros ?? null)},
      ],
    },
  ];

  const describe = position => {
    const lines = [];
    if (position === 0) {
      lines.push('before the first operator');
    } else {
      const operator = model.operators[position - 1];
      lines.push(`${position}. ${operator.kind} ${operator.name}`.trim());
      lines.push(operator.flops == null ? 'FLOPs unknown' : flops(operator.flops));
      if (operator.micros != null) {
        lines.push(`${micros(operator.micros)} measured`);
      }
      lines.push(operator.live == null ? 'cannot be divided here' : `${bytes(operator.live)} would cross`);
    }
    if (known > 0) {
      lines.push(`depth ${depth[position].toFixed(1)} %`);
    }
    const point = pointAt.get(position);
    if (point) {
      lines.push(`Split point ${point.index}: ${point.parity}`);
      point.codecs.forEach(codec => lines.push(`${codec.codec}: ${bytes(codec.bytes)}, error ${codec.error.toExponential(0)}`));
      if (point.headMicros != null) {
        lines.push(`head ${micros(point.headMicros)}`);
      }
      if (point.tailMicros != null) {
        lines.push(`tail ${micros(point.tailMicros)}`);
      }
    }
    return lines.join('\n');
  };

  const showHover = chart => {
    const position = chart.cursor.idxs?.[1] ?? chart.cursor.idx;
    if (position == null || chart.cursor.left < 0) {
      hover.hidden = true;
      return;
    }
    hover.hidden = false;
    hover.textContent = describe(position);
    const box = chart.over.getBoundingClientRect();
    const left = box.left + chart.cursor.left;
    const width = hover.offsetWidth;
    const height = hover.offsetHeight;
    hover.style.left = `${Math.max(4, left + 12 + width > innerWidth ? left - width - 12 : left + 12)}px`;
    hover.style.top = `${Math.max(4, Math.min(box.top + chart.cursor.top + 12, innerHeight - height - 4))}px`;
  };

  /* Depths repeat where operators compute nothing, and a split point should be found among its neighbours. */
  const nearestPoint = (chart, _series, index) => {
    const xs = chart.data[0];
    let best = index;
    let distance = 7;
    for (const position of pointAt.keys()) {
      const away = Math.abs(chart.valToPos(xs[position], 'x') - chart.cursor.left);
      if (away < distance) {
        best = position;
        distance = away;
      }
    }
    return best;
  };

  const marks = chart => {
    const {ctx} = chart;
    ctx.save();
    ctx.strokeStyle = colour('grid');
    ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
    for (const position of pointAt.keys()) {
      const x = Math.round(chart.valToPos(chart.data[0][position], 'x', true)) + .5;
      ctx.beginPath();
      ctx.moveTo(x, chart.bbox.top);
      ctx.lineTo(x, chart.bbox.top + chart.bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  };

  const powers = (min, max) => {
    const found = [];
    for (let power = Math.ceil(Math.log10(min)); power <= Math.log10(max); power++) {
      found.push(10 ** power);
    }
    return found;
  };

  const draw = () => {
    drawn.forEach(chart => chart.destroy());
    drawn = [];
    charts.textContent = '';
    const xs = byDepth ? depth : order;
    for (const figure of figures) {
      const series = figure.series.filter(one => one.values.some(value => value != null));
      if (series.length === 0) {
        continue;
      }
      const frame = charts.appendChild(document.createElement('figure'));
      frame.appendChild(document.createElement('figcaption')).textContent = figure.title;
      const legend = frame.appendChild(document.createElement('ul'));
      legend.className = 'legend';
      for (const one of series) {
        const item = legend.appendChild(document.createElement('li'));
        const key = item.appendChild(document.createElement('span'));
        key.style.background = colour(one.colour);
        key.className = one.dots ? 'dot' : '';
        item.append(one.label);
      }
      const place = frame.appendChild(document.createElement('div'));
      const axis = {stroke: colour('quiet'), grid: {stroke: colour('grid'), width: 1}, ticks: {stroke: colour('grid'), width: 1}};
      drawn.push(new uPlot({
        width: charts.clientWidth,
        height: figure.series.length > 2 ? 320 : 180,
        cursor: {sync: {key: 'model'}, y: false, dataIdx: nearestPoint, points: {show: false}},
        legend: {show: false},
        scales: {
          x: {time: false, range: byDepth ? [0, 100] : [0, positions - 1]},
          y: figure.log ? {distr: 3} : {range: (_chart, _min, max) => [0, max * 1.05 || 1]},
        },
        axes: [
          {...axis, size: 36, values: (_chart, values) => values.map(value => byDepth ? `${value} %` : value)},
          {
            ...axis,
            size: 88,
            values: (_chart, values) => values.map(value => figure.unit(value)),
            splits: figure.log ? (_chart, _axis, min, max) => powers(min, max) : undefined,
            filter: (_chart, splits) => splits,
          },
        ],
        series: [{}, ...series.map(one => ({
          label: one.label,
          stroke: colour(one.colour),
          fill: one.dots || one.bars ? colour(one.colour) : undefined,
          width: one.dots ? 0 : 1.5,
          dash: one.dash ? [8, 4] : undefined,
          spanGaps: Boolean(one.joined),
          paths: one.bars ? sticks(colour(one.colour)) : one.dots ? () => null
            : one.stepped ? uPlot.paths.stepped({align: 1}) : undefined,
          points: one.dots || one.joined ? {show: true, size: 9, fill: colour(one.colour)} : {show: false},
        }))],
        hooks: {drawAxes: [marks], setCursor: [showHover]},
      }, [xs, ...series.map(one => one.values)], place));
    }
  };

  /* Operators are unevenly wide on the axis of depth, so each is a line, not a bar. */
  const sticks = stroke => (chart, index) => {
    const {ctx, bbox} = chart;
    const width = Math.max(1, Math.min(6, bbox.width / positions * .6));
    ctx.save();
    ctx.fillStyle = stroke;
    chart.data[index].forEach((value, position) => {
      if (value != null) {
        const x = chart.valToPos(chart.data[0][position], 'x', true);
        const y = chart.valToPos(value, 'y', true);
        const left = Math.min(Math.max(x - width / 2, bbox.left), bbox.left + bbox.width - width);
        ctx.fillRect(left, y, width, bbox.top + bbox.height - y);
      }
    });
    ctx.restore();
    return null;
  };

  axisChoice.hidden = known === 0;
  axisChoice.addEventListener('change', event => {
    byDepth = event.target.value === 'depth';
    draw();
  });
  let width = 0;
  new ResizeObserver(() => {
    if (charts.clientWidth !== width) {
      width = charts.clientWidth;
      drawn.forEach(chart => chart.setSize({width, height: chart.height}));
    }
  }).observe(charts);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  addEventListener('scroll', () => hover.hidden = true, {passive: true});
  width = charts.clientWidth;
  draw();
})();
