/** A sheet of styles that a script brings with it: the build puts it beside the script. */
declare module 'uplot/dist/uPlot.min.css'
